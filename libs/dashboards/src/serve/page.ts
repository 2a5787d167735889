import type { Dashboard } from "../dashboard.ts";
import { REFRESH_MS } from "../limits.ts";
import type { DrawnDashboard } from "../draw-now.ts";

/** The script of a page: it asks for the same page again and takes the picture of it. A failed answer is shown above the last picture. */
const SCRIPT = `
const again = async () => {
  const note = document.getElementById("note");
  try {
    const response = await fetch(location.href, { headers: { accept: "image/svg+xml" } });
    const text = await response.text();
    if (response.ok) document.getElementById("picture").innerHTML = text;
    note.textContent = response.ok ? "" : text;
  } catch {
    note.textContent = "millrace dashboards has ended: start it again";
  }
  setTimeout(again, ${REFRESH_MS});
};
setTimeout(again, ${REFRESH_MS});
`;

const STYLE = `body{margin:0;font:13px sans-serif;background:#f4f5f5;color:#222}header{display:flex;gap:14px;flex-wrap:wrap;align-items:center;padding:8px 14px;background:#fff;border-bottom:1px solid #ddd}
a{color:#1f77b4;text-decoration:none}a.here{font-weight:bold;color:#222}select{max-width:16em}#note{color:#b00020;padding:4px 14px;white-space:pre-wrap}svg{width:100%;height:auto;display:block}`;

export interface PageOf {
  readonly dashboards: readonly Dashboard[];
  readonly dashboard: Dashboard;
  /** Query of the page's URL: what was picked. */
  readonly query: URLSearchParams;
  readonly drawn: DrawnDashboard;
}

/** A dashboard with the list of all, and a field for each variable. */
export function pageOf({ dashboards, dashboard, query, drawn }: PageOf): string {
  const minutes = query.get("minutes");
  const links = dashboards.map(({ name, title }) => {
    const here = name === dashboard.name ? ' class="here"' : "";
    return `<a${here} href="/${escaped(name)}${minutes === null ? "" : `?minutes=${escaped(minutes)}`}">${escaped(title)}</a>`;
  });
  const fields = drawn.variables.map(({ name, values }) => {
    const picked = new Set(query.getAll(name));
    const options = values.map((value) => `<option${picked.has(value) ? " selected" : ""}>${escaped(value)}</option>`).join("");
    return `<label>${escaped(name)} <select name="${escaped(name)}"><option value="">all</option>${options}</select></label>`;
  });
  const form = `<form>${fields.join(" ")} <label>minutes <input name="minutes" size="3" value="${escaped(minutes ?? "")}"></label> <button>show</button></form>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(dashboard.title)}</title><style>${STYLE}</style>
<header><b>Millrace</b> ${links.join(" ")} ${form}</header><div id="note"></div><div id="picture">${drawn.svg}</div><script>${SCRIPT}</script></html>
`;
}

/** When the picture cannot be made: why, and the page tries again. */
export function pageOfFailure(message: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="${REFRESH_MS / 1_000}"><title>Millrace</title><style>${STYLE}</style><div id="note">${escaped(message)}</div></html>
`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
