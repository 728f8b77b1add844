const subjectForm = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/;
const recordTypeForm = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/;
const maxRecordType = 64;

/** Whether `value` names a subject: 1 to 200 of `A-Z a-z 0-9 . _ : / -`, the first a letter or digit. */
export function isSubject(value: unknown): value is string {
  return typeof value === "string" && subjectForm.test(value);
}

/** Whether `value` names a record type: dotted lower-case words, at most 64 characters. */
export function isRecordType(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxRecordType && recordTypeForm.test(value);
}
