import { encodeBytes32String, id } from "ethers";
import { orderFor } from "../../test/contracts/content.ts";
import { METADATA, NO_PARENT, REASON, callOf, digestOf, impersonated, newKeyOf } from "../../test/contracts/fixture.ts";
import { seal } from "../../test/contracts/sealing.ts";
import { memberId, usccOf } from "../../test/contracts/uscc.ts";
import { START, UNTIL, gasOf, type Figures, type Stage } from "./measuring.ts";

async function measureAdmission({ members, council, venue, regulator, notary, spare }: Stage): Promise<Figures> {
  const figures: Figures = {};
  const applicant = members.connect(spare[5]);
  const asked = [memberId(usccOf(60)), 0b10, 0, NO_PARENT, METADATA, digestOf("papers")] as const;
  figures["Members.applyFor"] = await gasOf(applicant.applyFor(...asked));
  const admission = await callOf(members, "admit", [await members.applicationCount(), 0b10, 0, REASON]);
  figures["Council.propose, with the first vote"] = await gasOf(
    council.connect(venue.key).propose([admission], REASON),
  );
  const first = await council.proposalCount();
  figures["Council.vote that admits"] = await gasOf(council.connect(regulator.key).vote(first));
  const suspension = await callOf(members, "suspend", [memberId(usccOf(60)), REASON]);
  await council.connect(venue.key).propose([suspension], REASON);
  figures["Council.vote that suspends"] = await gasOf(council.connect(regulator.key).vote(first + 1n));
  const reinstatement = await callOf(members, "reinstate", [memberId(usccOf(60)), REASON]);
  await council.connect(venue.key).propose([reinstatement], REASON);
  const content = await council.contentOf(first + 2n);
  const signature = await seal(notary.key, council.voteDigest(first + 2n, content, notary.id, UNTIL));
  figures["Council.voteSigned that reinstates"] = await gasOf(
    council.connect(spare[4]).voteSigned(first + 2n, notary.address, UNTIL, signature),
  );
  return figures;
}

async function measureKeys({ members, buyer, spare }: Stage): Promise<Figures> {
  const mine = members.connect(buyer.key);
  const [second, third] = [spare[6]!, spare[7]!];
  return {
    "Members.addKey": await gasOf(mine.addKey(await newKeyOf(members, buyer.id, second, UNTIL))),
    "Members.rotateKey": await gasOf(mine.rotateKey(second, await newKeyOf(members, buyer.id, third, UNTIL))),
    "Members.retireKey": await gasOf(mine.retireKey(third)),
    "Members.setMetadata": await gasOf(mine.setMetadata(digestOf("more"))),
  };
}

async function measureEmergency({ emergency, council, regulator, supervisor, processor }: Stage): Promise<Figures> {
  const figures: Figures = {};
  const [first, second] = [emergency.connect(regulator.key), emergency.connect(supervisor.key)];
  const product = orderFor(START, "suspicious");
  figures["Emergency.order"] = await gasOf(first.order(product));
  const id = await emergency.orderIdOf(regulator.id, product);
  figures["Emergency.cosign that freezes a product"] = await gasOf(second.cosign(id));
  figures["Emergency.release, one of two"] = await gasOf(first.release(id, REASON));
  figures["Emergency.release that ends it"] = await gasOf(second.release(id, REASON));
  const member = { ...product, subjectKind: 5, subject: processor.id.padEnd(66, "0") };
  await first.order(member);
  const other = await emergency.orderIdOf(regulator.id, member);
  figures["Emergency.cosign that freezes a member"] = await gasOf(second.cosign(other));
  const chair = emergency.connect(await impersonated(council));
  figures["Emergency.confirm by the council"] = await gasOf(chair.confirm(other, 0));
  figures["Emergency.lift by the council"] = await gasOf(chair.lift(other, REASON));
  return figures;
}

async function measureOffices({ council, validators, policies, directory, processor, spare }: Stage): Promise<Figures> {
  const chair = await impersonated(council);
  const published = policies.connect(chair);
  const policy = "schema/trade.contract";
  const ruled = validators.connect(chair);
  const name = encodeBytes32String("Trades");
  return {
    "Validators.add by the council": await gasOf(ruled.add(spare[8]!, processor.id)),
    "Validators.replace by the council": await gasOf(ruled.replace(spare[8]!, spare[9]!)),
    "Validators.remove by the council": await gasOf(ruled.remove(spare[9]!)),
    "Policies.publish by the council, first version": await gasOf(
      published.publish(policy, 1, digestOf("policy"), UNTIL),
    ),
    "Policies.publish by the council, next version": await gasOf(
      published.publish(policy, 2, digestOf("policy"), UNTIL),
    ),
    "Policies.retire by the council": await gasOf(published.retire(id(policy), 1, 0, REASON)),
    "Directory.enter by the council": await gasOf(directory.connect(chair).enter(name, council, digestOf("release"))),
  };
}

export async function measureMembership(stage: Stage): Promise<Figures> {
  return {
    ...(await measureAdmission(stage)),
    ...(await measureKeys(stage)),
    ...(await measureEmergency(stage)),
    ...(await measureOffices(stage)),
  };
}
