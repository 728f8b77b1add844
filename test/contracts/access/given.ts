import type { ContractName } from "@lianzheng/sdk/chain";
import { ZeroAddress, encodeBytes32String, id, type FunctionFragment, type ParamType } from "ethers";
import { REASON } from "../fixture.ts";
import { POLICY, type Scene } from "./scene.ts";

/** What a function that reads is asked about, by the names of its parameters. */
const given = (s: Scene, contract: ContractName): Readonly<Record<string, unknown>> => ({
  key: s.seller.address,
  validator: s.venue.address,
  member: s.seller.id,
  owner: s.seller.id,
  seller: s.seller.id,
  by: s.seller.id,
  application: s.application,
  proposal: s.proposal,
  id: contract === "emergency" ? s.order : s.attestation,
  subject: s.subjects.registered,
  right: s.rightIds.holding,
  consent: s.consent,
  mandate: s.mandate,
  tradeId: s.trade,
  caseId: s.complaint,
  logId: s.logId,
  policy: id(POLICY),
  place: 0,
  name: encodeBytes32String("Council"),
  origin: "log.example",
});

/** A value of a type that says nothing: the first number, a digest, no one, an empty list. */
function plain(type: ParamType): unknown {
  if (type.isArray()) return [];
  if (type.isTuple()) return type.components.map(plain);
  if (type.baseType === "bool") return false;
  if (type.baseType === "address") return ZeroAddress;
  if (type.baseType === "string") return "";
  return type.baseType.startsWith("bytes") ? REASON.slice(0, 2 + 2 * Number(type.baseType.slice(5))) : 1;
}

export function argumentsOf(s: Scene, contract: ContractName, fragment: FunctionFragment): readonly unknown[] {
  const known = given(s, contract);
  return fragment.inputs.map((input) => known[input.name] ?? plain(input));
}
