import { decodeQbftExtraData, qbftBlockHash, recoverQbftSealers } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { pass, unknown, type Finding } from "../question.ts";
import { epochAt, type FinalBlock, type Judged, type ShownHeader } from "./block.ts";
import type { QbftRule, ValidatorEpoch } from "./rule.ts";

/** Validators whose commits make a block final: as many that two such groups share an honest one. @see Besu, BftHelpers */
export function quorumOf(validators: number): number {
  return Math.ceil((2 * validators) / 3);
}

/**
 * Is a block committed to by a quorum of its validators?
 *
 * Who they are is never taken from the block alone. The policy names them for an epoch. Where headers name validators, each
 * header of the bundle may take one in or let one go, and must itself be sealed by a quorum of those whom it then names:
 * of these all but one were known before, more than may be faulty, so one honest validator at least vouches for the change.
 *
 * @throws EvidenceError V_SEAL, V_SEAL_SIGNER, V_QUORUM, V_HEADER
 */
export function judgeQbft({ block, anchor, headers }: Judged, { selection, epochs }: QbftRule): Finding<FinalBlock> {
  const { number } = block.header;
  const epoch = epochAt(epochs, number);
  if (epoch === undefined) return unknown(`The policy names no validators for a block as early as ${number}.`);
  assertAscending(headers, anchor);
  const known = selection === "contract" ? epoch.validators : follow(epoch, headers, number);
  const validators = selection === "contract" ? namedByPolicy(block, known) : namedByHeader(block, known);
  const seals = assertQuorum(block, validators);
  return pass(reasonOf(number, seals, validators.length), {
    header: block.header,
    hash: toHex(qbftBlockHash(block.rlp)),
    trust: validators.length === 1 ? "single-operator" : "validators",
  });
}

function reasonOf(number: bigint, seals: number, validators: number): string {
  const sealed = `Block ${number} is sealed by ${seals} of its ${validators} validators, and ${quorumOf(validators)} make it final.`;
  if (validators === 1) return `${sealed} That one alone witnesses it: no other party confirmed this block.`;
  const faulty = Math.floor((validators - 1) / 3);
  const bound =
    faulty === 0 ? "none of them is faulty" : `no more than ${faulty} of them ${faulty === 1 ? "is" : "are"} faulty`;
  return `${sealed} That holds as long as ${bound}.`;
}

function assertAscending(headers: readonly ShownHeader[], anchor: ShownHeader): void {
  for (const [at, { header }] of headers.entries()) {
    const next = headers[at + 1] ?? anchor;
    if (header.number >= next.header.number)
      throw new EvidenceError("V_HEADER", "The headers that lead to the anchor's block do not stand in their order.");
  }
}

/** The validators known by the block of this number: those of the epoch, as the headers in between changed them. */
function follow({ from, validators }: ValidatorEpoch, headers: readonly ShownHeader[], number: bigint): readonly Hex[] {
  let known = validators;
  for (const shown of headers) {
    const { number: at } = shown.header;
    if (at < BigInt(from) || at >= number) continue;
    const named = namedByHeader(shown, known);
    if (isSame(named, known)) continue;
    assertQuorum(shown, named);
    known = named;
  }
  return known;
}

/** The validators whom a header names: those that are known, or one more or less. */
function namedByHeader({ header }: ShownHeader, known: readonly Hex[]): readonly Hex[] {
  const { validators } = decodeQbftExtraData(fromHex(header.extraData));
  if (validators.length === 0 || new Set(validators).size !== validators.length)
    throw new EvidenceError("V_SEAL", `Block ${header.number} names no validators, or one of them twice.`);
  if (changes(validators, known) <= 1) return validators;
  throw new EvidenceError(
    "V_SEAL_SIGNER",
    `Block ${header.number} names other validators than the policy, and no header of the bundle leads from those to these.`,
  );
}

function namedByPolicy({ header }: ShownHeader, known: readonly Hex[]): readonly Hex[] {
  const { validators } = decodeQbftExtraData(fromHex(header.extraData));
  if (validators.length === 0) return known;
  throw new EvidenceError(
    "V_SEAL",
    `Block ${header.number} names validators, but a contract names them on this chain.`,
  );
}

function changes(one: readonly Hex[], other: readonly Hex[]): number {
  const without = (these: readonly Hex[], those: readonly Hex[]): number =>
    these.filter((address) => !those.includes(address)).length;
  return without(one, other) + without(other, one);
}

function isSame(one: readonly Hex[], other: readonly Hex[]): boolean {
  return changes(one, other) === 0;
}

/** How many sealed it, none of them twice, all of them validators. */
function assertQuorum({ rlp, header: { number } }: ShownHeader, validators: readonly Hex[]): number {
  const sealers = recoverQbftSealers(rlp, validators.length);
  const stranger = sealers.find((sealer) => !validators.includes(sealer));
  if (stranger !== undefined)
    throw new EvidenceError(
      "V_SEAL_SIGNER",
      `Block ${number} is sealed by ${stranger}, who is none of its validators.`,
    );
  if (new Set(sealers).size !== sealers.length)
    throw new EvidenceError("V_SEAL", `One validator sealed block ${number} twice.`);
  if (sealers.length >= quorumOf(validators.length)) return sealers.length;
  throw new EvidenceError(
    "V_QUORUM",
    `Block ${number} is sealed by ${sealers.length} of ${validators.length} validators; ${quorumOf(validators.length)} make it final.`,
  );
}
