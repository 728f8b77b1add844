/**
 * Loaded before a node (`node --import`): its clock is wrong by FAULT_CLOCK_SHIFT_MS, and by FAULT_CLOCK_JUMP_MS more after
 * FAULT_CLOCK_JUMP_AFTER_MS. What measures durations is left alone, as by a wrong clock of a machine.
 */
const real = Date.now.bind(Date);
const begun = performance.now();
const shift = Number(process.env["FAULT_CLOCK_SHIFT_MS"] ?? 0);
const jump = Number(process.env["FAULT_CLOCK_JUMP_MS"] ?? 0);
const jumpAfter = Number(process.env["FAULT_CLOCK_JUMP_AFTER_MS"] ?? 0);

Date.now = (): number => real() + shift + (performance.now() - begun >= jumpAfter ? jump : 0);
