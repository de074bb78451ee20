// Catches an error of one view, so that the navigation stays.
import { html } from "../core/html.js";
import { Component } from "../vendor/preact.js";
import { EmptyState } from "./states.js";

export class ErrorBoundary extends Component {
  constructor() {
    super();
    this.state = { error: null };
  }

  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`
      <${EmptyState} icon="warning" title="This view has a fault">
        <p>${error.message}</p>
        <button class="button" onClick=${() => window.location.reload()}>Reload</button>
      <//>
    `;
  }
}
