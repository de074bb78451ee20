// Sign in with a key. When a session ends, this covers the view.
import { html, useState } from "../../core/html.js";
import { signIn } from "../../core/session.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";

export function SignIn({ isOver = false }) {
  if (isOver) {
    return html`
      <${Dialog} title="Your session has ended">
        <p class="muted">Sign in again to go on. Nothing on this page is lost.</p>
        <${KeyForm} />
      <//>
    `;
  }
  return html`
    <main class="sign-in">
      <div class="sign-in-card">
        <span class="empty-icon"><${Icon} name="key" size="28" /></span>
        <h1>Sign in to Tagloop</h1>
        <p class="muted">Use a key that an administrator made for you with <code>tagloop keys create</code>.</p>
        <${KeyForm} />
      </div>
    </main>
  `;
}

function KeyForm() {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await signIn(key.trim());
    } catch (error) {
      setProblem(error.message);
      setBusy(false);
    }
  };
  return html`
    <form class="stack" onSubmit=${submit}>
      <label class="labelled">Key
        <input
          class="field"
          type="password"
          autocomplete="current-password"
          placeholder="tagloop_…"
          required
          autofocus
          aria-describedby="key-problem"
          value=${key}
          onInput=${(event) => setKey(event.currentTarget.value)}
        />
      </label>
      <p id="key-problem" class="problem" role="alert">${problem}</p>
      <button class="button primary wide" disabled=${isBusy || !key.trim()}>Sign in</button>
    </form>
  `;
}
