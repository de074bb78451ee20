// The user's name for corrections, and signing out where keys are on.
import { html, useState } from "../../core/html.js";
import { session, signOut } from "../../core/session.js";
import { useStore } from "../../core/store.js";
import { setUserName, user } from "../../core/user.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { showError } from "../../parts/toasts.js";

export function You() {
  const { name } = useStore(user);
  const { auth, owner, key_name: keyName } = useStore(session);
  const [isOpen, setOpen] = useState(false);
  const second = auth ? (owner ? `Pictures of ${owner}` : keyName || "Signed in") : "This machine";
  return html`
    <div class="you">
      <button class="you-name" aria-haspopup="dialog" onClick=${() => setOpen(true)}>
        <span class="avatar" aria-hidden="true">${initial(name)}</span>
        <span class="you-text">
          <span class="clip" dir="auto">${name || "Add your name"}</span>
          <span class="clip muted" dir="auto">${second}</span>
        </span>
      </button>
      ${auth &&
      html`<button class="icon-button" aria-label="Sign out" title="Sign out" onClick=${() => signOut().catch(showError)}>
        <${Icon} name="out" />
      </button>`}
    </div>
    ${isOpen && html`<${NameDialog} name=${name} onClose=${() => setOpen(false)} />`}
  `;
}

function NameDialog({ name, onClose }) {
  const [text, setText] = useState(name);
  const save = (event) => {
    event.preventDefault();
    setUserName(text);
    onClose();
  };
  return html`
    <${Dialog} title="Your name" onClose=${onClose}>
      <form class="stack" onSubmit=${save}>
        <p class="muted">Your corrections stand under this name, so that others see who said what.</p>
        <label class="labelled">Name
          <input class="field" dir="auto" maxlength="200" autofocus value=${text} onInput=${(event) => setText(event.currentTarget.value)} />
        </label>
        <div class="dialog-actions"><button class="button primary">Save</button></div>
      </form>
    <//>
  `;
}

function initial(name) {
  return [...name.trim()][0]?.toLocaleUpperCase() ?? "?";
}
