import type { Agent, IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { isDeliverable } from "./address.ts";
import { AddressRefused, addressRulesOf, hostOf } from "./target.ts";
import type { TargetRules } from "./target.ts";

/** What can go wrong with a delivery; codes are API. */
export type DeliveryFault =
  | "W_STATUS" // answered with a status that is no success
  | "W_REDIRECT" // answered with a redirect, which is never followed
  | "W_GONE" // answered 410: the receiver wants no more
  | "W_TIMEOUT" // no answer in time
  | "W_ADDRESS" // the host has an address that nothing is delivered to
  | "W_TLS" // the certificate or the handshake is not acceptable
  | "W_UNREACHABLE"; // no connection, or it broke

/** How an attempt ended. */
export interface Attempt {
  readonly outcome: "delivered" | DeliveryFault;
  readonly status: number | null;
}

/** One message to one URL. */
export interface Message {
  readonly url: URL;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How messages are sent. */
export interface DeliveryRules {
  readonly rules: TargetRules;
  readonly lookup: LookupFunction;
  readonly agent: Agent;
  /** From the start to the end of the answer, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Bytes of an answer that are read; what comes after them is of no use to anybody. */
const maxAnswerBytes = 16 * 1024;

/** Sends one message. Never rejects: how it went is the answer. */
export async function deliver(message: Message, how: DeliveryRules): Promise<Attempt> {
  const host = hostOf(message.url);
  // A connection to a literal address asks no resolver, so the address is asked here.
  if (isIP(host) !== 0 && !isDeliverable(host, addressRulesOf(host, how.rules))) {
    return { outcome: "W_ADDRESS", status: null };
  }
  const late = AbortSignal.timeout(how.timeoutMs);
  try {
    const status = await post(message, how, AbortSignal.any([late, how.signal]));
    return { outcome: outcomeOf(status), status };
  } catch (error) {
    return { outcome: late.aborted ? "W_TIMEOUT" : faultOf(error), status: null };
  }
}

function post({ url, fields, body }: Message, { lookup, agent }: DeliveryRules, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...fields,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "lianzheng-webhooks",
    };
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = send(url, { method: "POST", headers, lookup, agent, signal, maxHeaderSize: 16 * 1024 });
    sent.on("error", reject).once("response", (answer) => {
      drain(answer, () => resolve(answer.statusCode ?? 0));
      answer.once("error", reject);
    });
    sent.end(body);
  });
}

/** The status decides; the answer's body is only read so that the connection can be used again. */
function drain(answer: IncomingMessage, done: () => void): void {
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxAnswerBytes) return;
    done();
    answer.destroy();
  });
  answer.once("end", done);
}

function outcomeOf(status: number): Attempt["outcome"] {
  if (status >= 200 && status < 300) return "delivered";
  if (status === 410) return "W_GONE";
  return status >= 300 && status < 400 ? "W_REDIRECT" : "W_STATUS";
}

function faultOf(error: unknown): DeliveryFault {
  if (error instanceof AddressRefused) return "W_ADDRESS";
  const { code = "" } = error as NodeJS.ErrnoException;
  return /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code) ? "W_TLS" : "W_UNREACHABLE";
}
