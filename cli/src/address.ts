import { CliError } from "./errors.ts";

/**
 * The address of a node or chain as the user gave it.
 *
 * @throws CliError E_URL without `http://` or `https://`; E_URL_CREDENTIALS with a name or password in it, which is not repeated
 */
export function toAddress(text: string): URL {
  if (!URL.canParse(text)) throw new CliError("E_URL", `${text} is not an address; write it as http://127.0.0.1:8080`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new CliError("E_URL_CREDENTIALS", `the address of ${url.host} carries credentials; use --token-file instead`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new CliError("E_URL", `${url.protocol}// is not spoken here; write the address as http://127.0.0.1:8080`);
  }
  return url;
}

/** Whether the user means a node's address rather than its folder. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}
