export const reorgCases = [];
