// Owners, and the profile of one.
import { getOwners } from "../../core/api/overview.js";
import { html, useEffect, useState } from "../../core/html.js";
import { count } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path } from "../../core/router.js";
import { EmptyState, Loaded, PageHead } from "../../parts/states.js";
import { Profile } from "./profile.js";

const PAUSE_MS = 150;

export function Owners({ arguments: [owner] }) {
  return owner === undefined ? html`<${OwnerList} />` : html`<${Profile} owner=${owner} />`;
}

function OwnerList() {
  const [text, setText] = useState("");
  const [query, setQuery] = useState("");
  const owners = useLoad((signal) => getOwners(query, undefined, signal), [query]);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isEmpty = !text && owners.data?.owners.length === 0;
  return html`
    <${PageHead} title="Owners">Whose pictures these are, and what they are about.<//>
    ${!isEmpty && html`<input class="field narrow" type="search" dir="auto" aria-label="Find an owner" placeholder="Find an owner" maxlength="200" value=${text} onInput=${(event) => setText(event.currentTarget.value)} />`}
    <${Loaded} of=${owners}>
      ${(data) => data.owners.length
        ? html`<ul class="lines owners">${data.owners.map((one) => html`
            <li key=${one.owner}><a class="line owner" href=${path("owners", one.owner || "-")}>
              <span class="avatar" aria-hidden="true">${[...(one.owner || "–")][0].toLocaleUpperCase()}</span>
              <span class="line-main clip" dir="auto">${one.owner || "Without an owner"}</span><span class="muted number">${count(one.images)}</span></a></li>`)}</ul>`
        : html`<${EmptyState} icon="owners" title=${query ? "No owner found" : "No owners yet"}><p>Pictures have an owner when they are sent with one.</p><//>`}
    <//>
  `;
}
