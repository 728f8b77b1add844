import type { SettingsReader } from "../values.ts";
import { isLoopback } from "./listen.ts";
import type { ListenSettings } from "./listen.ts";

/** `open`: anybody reads the API's description; `key`: who holds a token that may `read`. */
export type DocsAccess = "open" | "key";

/** What of the settings decides who reads the description. */
interface DocsSettings {
  readonly docs?: DocsAccess;
  readonly listen: ListenSettings;
}

/** Who may read `/docs`: what the settings say, else anybody on this machine and only token holders from elsewhere. */
export function docsAccessOf({ docs, listen }: DocsSettings): DocsAccess {
  return docs ?? (isLoopback(listen.host) ? "open" : "key");
}

/** Reads `docs`; undefined where nothing is said. @throws NodeError CONFIG_VALUE */
export function docsOf(settings: SettingsReader): DocsAccess | undefined {
  if (!settings.has("docs")) return undefined;
  return settings.text("docs", isDocsAccess, '"open" or "key"') as DocsAccess;
}

function isDocsAccess(text: string): text is DocsAccess {
  return text === "open" || text === "key";
}
