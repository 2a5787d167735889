/** A number as Kubernetes writes quantities: whole, or in thousandths. */
export function quantity(value: number): string {
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1_000)}m`;
}
