export const nonceCases = [];
