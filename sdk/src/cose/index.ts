/** COSE receipts of inclusion (RFC 9942), for SCITT tools and others that read CBOR. No I/O. */
export { issueReceipt, type ReceiptSource } from "./issue.ts";
export { verifyReceipt, type Included } from "./verify.ts";
