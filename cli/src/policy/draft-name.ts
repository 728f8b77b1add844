/** What a policy is called until somebody has compared it and says so with a name of their own. */
export const DRAFT_NAME = "draft";
