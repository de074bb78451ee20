// Which component shows which address: the first part of the path names the view.
import { html } from "../core/html.js";
import { EmptyState } from "../parts/states.js";
import { Dial } from "./dial/dial.js";
import { Library } from "./library/library.js";
import { Models } from "./models/models.js";
import { Owners } from "./owners/owners.js";
import { Picture } from "./picture/picture.js";
import { Review } from "./review/review.js";
import { Status } from "./status/status.js";
import { Teach } from "./teach/teach.js";
import { Themes } from "./themes/themes.js";

export const VIEWS = {
  "": Library,
  themes: Themes,
  pictures: Picture,
  review: Review,
  dial: Dial,
  teach: Teach,
  models: Models,
  status: Status,
  owners: Owners,
  "sign-in": Library,
};

export const TITLES = {
  "": "Library",
  themes: "Themes",
  pictures: "Picture",
  review: "Review",
  dial: "Precision",
  teach: "Teach",
  models: "Models",
  status: "Status",
  owners: "Owners",
};

export function NotFound() {
  return html`
    <${EmptyState} icon="info" title="There is nothing at this address">
      <p><a href="/">Go to the library</a></p>
    <//>
  `;
}
