/** The little of SVG that the plots need. Colours come from a style that follows the reader's light or dark page. */

export const width = 860;
const font = "font-family:system-ui,sans-serif";

const style = `
text{${font};font-size:13px;fill:#24292f}
.title{font-size:16px;font-weight:600}
.small{font-size:12px;fill:#57606a}
.grid{stroke:#d0d7de;stroke-width:1}
.ours{fill:#0969da;stroke:#0969da}
.peer{fill:#8c959f;stroke:#8c959f}
.range{stroke:#24292f;stroke-width:1.5}
.line{fill:none;stroke-width:2.5}
@media (prefers-color-scheme: dark){
text{fill:#e6edf3}
.small{fill:#9198a1}
.grid{stroke:#3d444d}
.ours{fill:#4493f8;stroke:#4493f8}
.peer{fill:#7d8590;stroke:#7d8590}
.range{stroke:#e6edf3}
.line{fill:none}
}`;

/** Text as it may stand in SVG. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A number in few signs: 1,234 or 12.3 or 0.045. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

/** A text at a place; `anchor` as SVG has it. */
export function text(x: number, y: number, content: string, kind = "", anchor = "start"): string {
  const of = kind === "" ? "" : ` class="${kind}"`;
  return `<text x="${at(x)}" y="${at(y)}"${of} text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** A coordinate with one decimal: enough for a screen, and the same in every run. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A whole drawing with a title for people, and a description for those who cannot see it. */
export function drawing(height: number, title: string, description: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style}</style>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
