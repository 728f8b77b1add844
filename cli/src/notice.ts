/** Said wherever the embedded chain's word is leant on. */
export const SINGLE_OPERATOR_NOTICE = "embedded chain: one operator alone witnesses it, no other party does";
