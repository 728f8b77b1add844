export const clockCases = [];
