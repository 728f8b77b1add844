/** The enumerations of the contracts of trades. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the sources. */

/** What a step of a trade is: 挂牌, 要约, 签约, 交付, 验收, 清结算, 凭证 lead on; 变更, 备案, 终止, 收益分配 are steps beside them. The numbers are part of the format. Contract: `Stage` of ITrades.sol. */
export const Stage = {
  none: 0,
  listing: 1,
  offer: 2,
  contract: 3,
  delivery: 4,
  acceptance: 5,
  settlement: 6,
  certificate: 7,
  amendment: 8,
  filing: 9,
  termination: 10,
  distribution: 11,
} as const;
export type StageName = keyof typeof Stage;
