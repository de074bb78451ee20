// Figures of each tag that a version learned; a click on a heading sorts.
import { html, useState } from "../../core/html.js";
import { count, percent } from "../../core/format.js";
import { quote } from "../library/query.js";

const COLUMNS = [
  { key: "name", label: "Tag", of: (row) => row.name },
  { key: "examples", label: "Examples", of: (row) => row.examples, show: count },
  { key: "average_precision", label: "Average precision", of: (row) => row.average_precision },
  { key: "precision", label: "Precision", of: (row) => row.after?.precision },
  { key: "recall", label: "Recall", of: (row) => row.after?.recall },
];

export function TagTable({ tags }) {
  const [order, setOrder] = useState({ key: "examples", down: true });
  const column = COLUMNS.find((some) => some.key === order.key);
  const rows = Object.entries(tags)
    .map(([slug, figures]) => ({ slug, name: slug.replaceAll("-", " "), ...figures }))
    .sort((one, other) => compare(column.of(one), column.of(other)) * (order.down ? -1 : 1));
  const sortBy = (key) => setOrder((old) => ({ key, down: old.key === key ? !old.down : key !== "name" }));
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label="Figures of each tag">
      <table class="table">
        <thead><tr>${COLUMNS.map((some) => html`
          <th key=${some.key} scope="col" aria-sort=${some.key === order.key ? (order.down ? "descending" : "ascending") : "none"}>
            <button onClick=${() => sortBy(some.key)}>${some.label}<span aria-hidden="true">${some.key === order.key ? (order.down ? " ↓" : " ↑") : ""}</span></button></th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`
          <tr key=${row.slug}>${COLUMNS.map((some) => some.key === "name"
            ? html`<th key="name" scope="row"><a href=${`/?q=${encodeURIComponent(quote(row.name))}`} dir="auto">${row.name}</a></th>`
            : html`<td key=${some.key} class="number">${shown(some, row)}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
  `;
}

function shown(column, row) {
  const value = column.of(row);
  if (value === null || value === undefined) return "–";
  return column.show ? column.show(value) : percent(value, 1);
}

function compare(one, other) {
  if (typeof one === "string") return one.localeCompare(other);
  return (one ?? -1) - (other ?? -1);
}
