import { expect } from "chai";
import { Signature, TypedDataEncoder, concat, toBeHex, zeroPadValue, type TypedDataField } from "ethers";
import {
  HOUR,
  REASON,
  TYPES,
  accepts,
  approvals,
  at,
  deploy,
  digestOf,
  domainOf,
  fixture,
  networkHelpers,
  now,
  offerOf,
  suspend,
  transferOf,
} from "./scene.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const transferTypes: Record<string, TypedDataField[]> = { Transfer: [...TYPES.Transfer.Transfer] };

/** A transfer of the resource's holding right from the seller to the buyer, signed by both. */
async function signed() {
  const scene = await fixture();
  const transfer = transferOf(scene.holding, scene.seller, scene.buyer);
  const deadline = (await now()) + HOUR;
  const both = await approvals(scene, [scene.seller, scene.buyer], transfer, { deadline });
  return { ...scene, transfer, deadline, both: [both[0]!, both[1]!] as const };
}

describe("Rights: signatures", () => {
  it("are over the EIP-712 digests that the contract tells", async () => {
    const { rights, seller, buyer, processor, holding, scope, transfer } = await signed();
    const domain = await domainOf(rights);
    const message = { by: seller.id, ...transfer, nonce: 7n, deadline: 9n };
    expect(await rights.transferDigest(seller.id, transfer, 7, 9)).to.equal(
      TypedDataEncoder.hash(domain, transferTypes, message),
    );
    const offer = offerOf(holding, processor, scope({ uses: 3 }), { consent: REASON });
    const types = Object.fromEntries(Object.entries(TYPES.Acceptance).map(([type, list]) => [type, [...list]]));
    const acceptance = { granter: buyer.id, grant: offer, nonce: 5n, deadline: 6n };
    expect(await rights.acceptanceDigest(buyer.id, offer, 5, 6)).to.equal(
      TypedDataEncoder.hash(domain, types, acceptance),
    );
  });

  it("are taken in the second of their deadline and not in the next", async () => {
    const { rights, transfer, deadline, both } = await signed();
    const snapshot = await networkHelpers.takeSnapshot();
    await at(deadline + 1);
    await expect(rights.transfer(transfer, [...both]))
      .to.be.revertedWithCustomError(rights, "RightsDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await at(deadline);
    await expect(rights.transfer(transfer, [...both])).to.emit(rights, "RightTransferred");
  });

  it("stand in the order from, to; each in its own name", async () => {
    const scene = await signed();
    const { rights, seller, buyer, transfer, deadline, both } = scene;
    await expect(rights.transfer(transfer, [both[1], both[0]]))
      .to.be.revertedWithCustomError(rights, "RightsWrongSigner")
      .withArgs(seller.id, buyer.id);
    await expect(rights.transfer(transfer, [both[0], both[0]]))
      .to.be.revertedWithCustomError(rights, "RightsWrongSigner")
      .withArgs(buyer.id, seller.id);
    // The seller's signature in the buyer's name, under the buyer's key.
    const message = { by: seller.id, ...transfer, nonce: 7, deadline };
    const signature = await buyer.key.signTypedData(await domainOf(rights), transferTypes, message);
    await expect(rights.transfer(transfer, [both[0], { ...both[1], signature }]))
      .to.be.revertedWithCustomError(rights, "RightsSignature")
      .withArgs(buyer.address);
  });

  it("are refused over any other value, chain, contract, name or version, and in any other form", async () => {
    const { rights, seller, transfer, deadline, both } = await signed();
    const good = { by: seller.id, ...transfer, nonce: 7, deadline };
    const domain = await domainOf(rights);
    const twin = await domainOf((await deploy()).rights);
    const bent: [Record<string, unknown>, object][] = [
      [domain, { ...good, right: REASON }],
      [domain, { ...good, from: transfer.to }],
      [domain, { ...good, to: transfer.from }],
      [domain, { ...good, document: REASON }],
      [domain, { ...good, nonce: 8 }],
      [domain, { ...good, deadline: deadline + 1 }],
      [{ ...domain, chainId: 1n }, good],
      [{ ...domain, name: "Lianzheng Cases" }, good],
      [{ ...domain, version: "2" }, good],
      [twin, good],
    ];
    const forged = await Promise.all(
      bent.map(([where, message]) => seller.key.signTypedData(where, transferTypes, message)),
    );
    const right = both[0].signature as string;
    const { r, s, v } = Signature.from(right);
    const high = toBeHex(ORDER - BigInt(s), 32);
    forged.push(
      concat([r, high, v === 27 ? "0x1c" : "0x1b"]),
      concat([r, s, "0x00"]),
      concat([r, s, "0x1d"]),
      concat([r, s]),
      concat([right, "0x00"]),
      "0x",
      zeroPadValue("0x", 65),
    );
    for (const signature of forged) {
      await expect(rights.transfer(transfer, [{ ...both[0], signature }, both[1]]))
        .to.be.revertedWithCustomError(rights, "RightsSignature")
        .withArgs(seller.address);
    }
    expect(forged.length).to.equal(17);
    expect((await rights.rightOf(transfer.right)).holder).to.equal(seller.id);
    expect(await rights.isNonceUsed(seller.id, 7)).to.equal(false);
  });

  it("are refused of keys of nobody, and of members that are suspended", async () => {
    const scene = await signed();
    const { rights, members, seller, outsider, transfer, both } = scene;
    const stranger = { ...both[0], key: await outsider.getAddress() };
    await expect(rights.transfer(transfer, [stranger, both[1]])).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    await suspend(scene, seller);
    await expect(rights.transfer(transfer, [...both])).to.be.revertedWithCustomError(rights, "RightsNotValid");
  });

  it("are of a key for acts: one that only publishes signs nothing and calls nothing", async () => {
    const scene = await signed();
    const { rights, members, seller, outsider, transfer, deadline, both, scope, holding, processor } = scene;
    const key = await outsider.getAddress();
    const until = 2 ** 48 - 1;
    const PUBLISH = 1 << 3;
    const consent = await outsider.signTypedData(
      await domainOf(members, "Lianzheng Members"),
      {
        KeyConsent: [
          { name: "member", type: "bytes18" },
          { name: "key", type: "address" },
          { name: "roles", type: "uint8" },
          { name: "until", type: "uint48" },
          { name: "deadline", type: "uint256" },
        ],
      },
      { member: seller.id, key, roles: PUBLISH, until, deadline },
    );
    await members.connect(seller.key).addKey({ key, roles: PUBLISH, until, deadline, consent });
    const message = { by: seller.id, ...transfer, nonce: 7, deadline };
    const signature = await outsider.signTypedData(await domainOf(rights), transferTypes, message);
    const offer = offerOf(holding, processor, scope({ depth: 0 }));
    const acceptance = await accepts(scene, processor, seller, offer);
    const published = rights.connect(outsider);
    const registration = { digest: REASON, metadata: REASON, grade: 0, source: 0, venue: transfer.from, contents: [] };
    const attempts = [
      () => rights.transfer(transfer, [{ key, nonce: 7, deadline, signature }, both[1]]),
      () => published.registerResource(registration, scope()),
      () => published.registerProduct(registration, scope(), [holding]),
      () => published.grant(offer),
      () => published.grantAccepted(offer, acceptance),
      () => published.accept(holding, REASON),
      () => published.recordUse(holding, 1, REASON),
      () => published.revoke(holding, REASON),
      () => published.voidNonce(1),
    ];
    const ACT = 2;
    for (const attempt of attempts) {
      await expect(attempt()).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(key, ACT);
    }
  });

  it("are refused with a nonce that was used or given up, whatever it was for", async () => {
    const scene = await signed();
    const { rights, seller, processor, buyer, holding, scope, transfer, both } = scene;
    await expect(rights.connect(buyer.key).voidNonce(7)).to.emit(rights, "NonceUsed").withArgs(buyer.id, 7);
    await expect(rights.connect(buyer.key).voidNonce(7))
      .to.be.revertedWithCustomError(rights, "RightsNonceUsed")
      .withArgs(buyer.id, 7);
    await expect(rights.transfer(transfer, [...both]))
      .to.be.revertedWithCustomError(rights, "RightsNonceUsed")
      .withArgs(buyer.id, 7);
    const huge = 2n ** 256n - 1n;
    const offer = offerOf(holding, processor, scope({ depth: 0 }));
    const first = await accepts(scene, processor, seller, offer, { nonce: huge });
    await rights.connect(seller.key).grantAccepted(offer, first);
    expect(await rights.isNonceUsed(processor.id, huge)).to.equal(true);
    expect(await rights.isNonceUsed(processor.id, huge - 1n)).to.equal(false);
    const again = { ...offer, document: digestOf("again") };
    const second = await accepts(scene, processor, seller, again, { nonce: huge });
    await expect(rights.connect(seller.key).grantAccepted(again, second))
      .to.be.revertedWithCustomError(rights, "RightsNonceUsed")
      .withArgs(processor.id, huge);
  });

  const wallets = [
    { name: "answers with the magic value", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers nothing", code: "0x00", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "answers four bytes", code: `0x7f1626ba7e${"00".repeat(28)}5f5260045ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`are ${good ? "taken" : "refused"} from a key that is a contract which ${name}`, async () => {
      const { rights, seller, buyer, holding, transfer, both } = await signed();
      await networkHelpers.setCode(buyer.address, code);
      const moving = rights.transfer(transfer, [both[0], { ...both[1], signature: "0x1234" }], {
        gasLimit: 3_000_000,
      });
      if (good) await expect(moving).to.emit(rights, "RightTransferred");
      else await expect(moving).to.be.revertedWithCustomError(rights, "RightsSignature").withArgs(buyer.address);
      expect((await rights.rightOf(holding)).holder).to.equal(good ? buyer.id : seller.id);
      expect(await rights.isNonceUsed(seller.id, 7)).to.equal(good);
      expect(await rights.isNonceUsed(buyer.id, 7)).to.equal(good);
    });
  }

  it("are refused from a wallet that calls back to write while it is asked", async () => {
    const { rights, seller, buyer, outsider, holding, transfer, both } = await signed();
    // Gives up another nonce of its member, and answers with the magic value if that was done.
    const target = (await rights.getAddress()).slice(2).toLowerCase();
    const inner = rights.interface.encodeFunctionData("voidNonce", [9]).slice(2);
    const word = (hex: string): string => `7f${hex.padEnd(64, "0")}`;
    const store = `${word(inner.slice(0, 64))}5f52${word(inner.slice(64))}602052`;
    const code = `0x${store}5f5f60245f5f73${target}5af1${word("1626ba7e")}025f5260205ff3`;
    await networkHelpers.setCode(buyer.address, code);
    const moving = rights.transfer(transfer, [both[0], { ...both[1], signature: "0x" }], { gasLimit: 3_000_000 });
    await expect(moving).to.be.revertedWithCustomError(rights, "RightsSignature").withArgs(buyer.address);
    expect((await rights.rightOf(holding)).holder).to.equal(seller.id);
    expect(await rights.isNonceUsed(buyer.id, 9)).to.equal(false);
    // The same code may write when it is called by a transaction: it was the question for the signature that bound its hands.
    await outsider.sendTransaction({ to: buyer.address });
    expect(await rights.isNonceUsed(buyer.id, 9)).to.equal(true);
  });
});
