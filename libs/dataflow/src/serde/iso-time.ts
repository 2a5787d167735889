const PATTERN = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const ZONE = /(Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of an ISO 8601 time; without a zone it is UTC, wherever the worker runs. undefined: no such time. */
export function parseIsoTime(text: string): number | undefined {
  if (!PATTERN.test(text)) return undefined;
  const hasTime = text.length > 10;
  const normal = hasTime ? text.replace(" ", "T") : text;
  const milliseconds = Date.parse(hasTime && !ZONE.test(normal.slice(10)) ? `${normal}Z` : normal);
  return Number.isNaN(milliseconds) || !isRealDay(text) ? undefined : milliseconds;
}

/** The platform's parser lets 30 February pass as 2 March. */
function isRealDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  return day >= 1 && day <= daysOfMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const ZERO = 0x30;

/**
 * The same for the commonest form, `2001-01-31T12:34:56Z` with or without `.789`, straight from bytes; NaN: another form, or no such time,
 * ask `parseIsoTime`.
 */
export function isoTimeOfBytes(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if ((length !== 24 && length !== 20) || bytes[end - 1] !== 0x5a) return NaN;
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d || bytes[start + 10] !== 0x54) return NaN;
  if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return NaN;
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  const milliseconds = length === 24 ? fraction(bytes, start + 19) : 0;
  if (!(month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60) || !(day <= daysOfMonth(year, month))) return NaN;
  return daysFromCivil(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1_000 + milliseconds;
}

/** Two digits; NaN if they are none. */
function two(bytes: Uint8Array, position: number): number {
  const tens = (bytes[position] ?? 0) - ZERO;
  const ones = (bytes[position + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function fraction(bytes: Uint8Array, position: number): number {
  const last = (bytes[position + 3] ?? 0) - ZERO;
  return bytes[position] === 0x2e && last >= 0 && last <= 9 ? two(bytes, position + 1) * 10 + last : NaN;
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; years count from March so that the leap day is last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
