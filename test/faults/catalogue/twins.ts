export const twinCases = [];
