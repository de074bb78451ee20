// What an owner's pictures show, compared with those of others.
import { thumbnailUrl } from "../../core/api/images.js";
import { exportUrl, getProfile } from "../../core/api/overview.js";
import { html } from "../../core/html.js";
import { count, countOf, date, percent } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path } from "../../core/router.js";
import { quote } from "../library/query.js";
import { Icon } from "../../parts/icon.js";
import { EmptyState, Loaded, PageHead } from "../../parts/states.js";

export function Profile({ owner }) {
  const profile = useLoad((signal) => getProfile(owner, signal), [owner]);
  const isNamed = owner !== "-";
  const isEmpty = profile.error?.status === 404;
  const title = html`<span dir="auto">${isNamed ? owner : "Without an owner"}</span>`;
  const actions = profile.data && html`
    ${isNamed && html`<a class="button" href=${`/?q=${encodeURIComponent(`owner:${quote(owner)}`)}`}>Show pictures</a>`}
    <a class="button" href=${exportUrl(owner)} download><${Icon} name="download" size="18" />Export</a>
  `;
  return html`
    <${PageHead} title=${title} actions=${actions}>${profile.data && summary(profile.data)}<//>
    ${isEmpty ? html`<${NoPictures} />` : html`<${Loaded} of=${profile}>${(data) => html`<${Subjects} data=${data} owner=${owner} />`}<//>`}
  `;
}

function summary({ images, first_at: first, last_at: last }) {
  return `${countOf(images, "picture")}${first ? `, ${date(first)} to ${date(last)}` : ""}`;
}

function Subjects({ data, owner }) {
  const subjects = data.subjects ?? [];
  if (!data.images) return html`<${NoPictures} />`;
  return html`
    <section aria-labelledby="about-title">
      <h2 id="about-title" class="section-title">What these pictures are about</h2>
      ${!subjects.length && html`<p class="muted">Too few pictures yet to say what sets them apart.</p>`}
      <ul class="subjects">${subjects.map((subject) => html`<${Subject} key=${subject.tag} subject=${subject} owner=${owner} />`)}</ul>
    </section>
    ${data.hashtags?.length > 0 && html`
      <section aria-labelledby="hashtags-title">
        <h2 id="hashtags-title" class="section-title">Hashtags</h2>
        <ul class="chips">${data.hashtags.map((one) => html`<li key=${one.hashtag} class="chip plain"><span dir="auto">#${one.hashtag}</span>\u00a0<span class="muted number">${count(one.images)}</span></li>`)}</ul>
      </section>`}
    ${data.tags?.length > 0 && html`
      <section aria-labelledby="frequent-title">
        <h2 id="frequent-title" class="section-title">Most frequent tags</h2>
        <ul class="chips">${data.tags.slice(0, 40).map((tag) => html`<li key=${tag.tag} class="chip plain"><span dir="auto">${tag.name}</span>\u00a0<span class="muted number">${count(tag.images)}</span></li>`)}</ul>
      </section>`}
  `;
}

function NoPictures() {
  return html`<${EmptyState} icon="owners" title="No pictures"><p>There are no pictures of this owner.</p><//>`;
}

function Subject({ subject, owner }) {
  const query = `${quote(subject.name)}${owner === "-" ? "" : ` owner:${quote(owner)}`}`;
  return html`
    <li class="card subject">
      <ul class="subject-pictures">${subject.examples.slice(0, 4).map((id) => html`<li key=${id} class="tile"><a href=${path("pictures", id)} aria-label=${`An example of ${subject.name}`}><img src=${thumbnailUrl(id)} alt="" loading="lazy" decoding="async" /></a></li>`)}</ul>
      <h3><a href=${`/?q=${encodeURIComponent(query)}`} dir="auto">${subject.name}</a></h3>
      <p class="muted">${countOf(subject.images, "picture")} on ${countOf(subject.days, "day")} · ${comparison(subject)}</p>
    </li>
  `;
}

// share, everybody: the part of this owner's pictures, and of all others', that has the tag.
function comparison({ share, everybody }) {
  const others = everybody === 0 ? "none" : everybody < 0.01 ? "less than 1\u202f%" : percent(everybody);
  return `${share < 0.01 ? "less than 1\u202f%" : percent(share)} here, ${others} elsewhere`;
}
