// The sidebar; on a phone a bar at the foot with the rest behind "More".
import { html, useState } from "../../core/html.js";
import { path } from "../../core/router.js";
import { lacking, session } from "../../core/session.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { You } from "./you.js";

const GROUPS = [
  {
    name: "Browse",
    links: [
      { view: "", icon: "library", label: "Library" },
      { view: "themes", icon: "themes", label: "Themes" },
      { view: "owners", icon: "owners", label: "Owners" },
    ],
  },
  {
    name: "Teach",
    links: [
      { view: "review", icon: "review", label: "Review" },
      { view: "teach", icon: "teach", label: "Teach" },
      { view: "dial", icon: "dial", label: "Precision" },
    ],
  },
  {
    name: "Operate",
    links: [
      { view: "models", icon: "models", label: "Models" },
      { view: "status", icon: "status", label: "Status" },
    ],
  },
];
const BAR = ["", "themes", "review", "teach"];

export function Navigation({ active }) {
  const [isOpen, setOpen] = useState(false);
  const shown = active === "pictures" ? "" : active;
  const groups = GROUPS.map((group) => ({ ...group, links: group.links.filter((link) => !lacking(link.view)).map(ownOnly) }));
  const links = groups.flatMap((group) => group.links);
  return html`
    <nav class="sidebar" aria-label="Views">
      <a class="brand" href="/"><${Mark} /><span>Tagloop</span></a>
      ${groups.filter((group) => group.links.length).map(
        (group) => html`
          <div class="nav-group" role="group" aria-label=${group.name}>
            <span class="nav-title" aria-hidden="true">${group.name}</span>
            ${group.links.map((link) => html`<${NavLink} ...${link} isActive=${link.view === shown} />`)}
          </div>
        `,
      )}
      <div class="sidebar-foot"><${You} /></div>
    </nav>
    <nav class="tabbar" aria-label="Views on a phone">
      ${links
        .filter((link) => BAR.includes(link.view))
        .map((link) => html`<${NavLink} ...${link} isActive=${link.view === shown} />`)}
      <button class="nav-link" aria-haspopup="dialog" onClick=${() => setOpen(true)}>
        <${Icon} name="more" /><span>More</span>
      </button>
    </nav>
    ${isOpen &&
    html`
      <${Dialog} title="More" className="sheet" onClose=${() => setOpen(false)}>
        <div class="more-links" onClick=${(event) => event.target.closest("a") && setOpen(false)}>
          ${links
            .filter((link) => !BAR.includes(link.view))
            .map((link) => html`<${NavLink} ...${link} isActive=${link.view === shown} />`)}
        </div>
        <${You} />
      <//>
    `}
  `;
}

// A key for one owner's pictures has one profile to show.
function ownOnly(link) {
  const { owner } = session.get();
  return link.view === "owners" && owner ? { ...link, label: "Profile", href: path("owners", owner) } : link;
}

function NavLink({ view, icon, label, href = `/${view}`, isActive }) {
  return html`
    <a class="nav-link" href=${href} aria-current=${isActive ? "page" : undefined}>
      <${Icon} name=${icon} /><span>${label}</span>
    </a>
  `;
}

function Mark() {
  return html`
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M9 9h7.200a3 3 0 0 1 2.100.9l5.400 5.400a2.400 2.400 0 0 1 0 3.400l-5 5a2.400 2.400 0 0 1-3.400 0l-5.400-5.400a3 3 0 0 1-.9-2.100z" />
      <circle cx="13.400" cy="13.400" r="1.700" />
    </svg>
  `;
}
