import {
  booleanOf,
  childrenOf,
  contentOf,
  context,
  contextPrimitive,
  countOf,
  readDer,
  refusal,
  tags,
  type DerValue,
} from "./der.ts";
import { derTime } from "./der-time.ts";

/** What an authority says: that these digests were shown to it at a time. */
export interface StampInfo {
  /** AlgorithmIdentifier of the digest. */
  readonly digest: DerValue | undefined;
  readonly imprint: Uint8Array;
  /** Milliseconds since 1970: the latest that the authority's time and its accuracy allow, rounded up. */
  readonly latestMs: number;
  /** The authority's time itself, in which its certificates must count. */
  readonly timeMs: number;
}

/** @throws EvidenceError V_TIMESTAMP @see RFC 3161 section 2.4.2 */
export function decodeStampInfo(content: Uint8Array): StampInfo {
  const [version, , imprint, , time, ...optional] = childrenOf(readDer(content), tags.sequence);
  if (countOf(contentOf(version, tags.integer)) !== 1) throw refusal("only time stamps of version 1 are read");
  const [digest, hashed] = childrenOf(imprint, tags.sequence);
  if (time?.tag !== tags.generalizedTime) throw refusal("a time stamp has a time");
  const timeMs = derTime(time);
  const [accuracy] = optional.filter(({ tag }) => tag === tags.sequence);
  assertNoCritical(optional.find(({ tag }) => tag === context(1)));
  return {
    digest,
    imprint: contentOf(hashed, tags.octetString),
    timeMs,
    latestMs: timeMs + (accuracy === undefined ? 0 : accuracyMs(accuracy)),
  };
}

/** Seconds, thousandths and millionths, rounded up to milliseconds. */
function accuracyMs(accuracy: DerValue): number {
  const units: Readonly<Record<number, number>> = {
    [tags.integer]: 1000,
    [contextPrimitive(0)]: 1,
    [contextPrimitive(1)]: 0.001,
  };
  const parts = childrenOf(accuracy, tags.sequence).map(({ tag, content }) => {
    const unit = units[tag];
    if (unit === undefined) throw refusal("an accuracy is in seconds, thousandths and millionths");
    return countOf(content) * unit;
  });
  return Math.ceil(parts.reduce((sum, part) => sum + part, 0));
}

function assertNoCritical(extensions: DerValue | undefined): void {
  if (extensions === undefined) return;
  for (const extension of childrenOf(extensions, context(1))) {
    const [, second] = childrenOf(extension, tags.sequence);
    if (second?.tag === tags.boolean && booleanOf(second)) throw refusal("a time stamp has a critical extension");
  }
}
