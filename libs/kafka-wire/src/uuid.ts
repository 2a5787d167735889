/** No id: what a uuid field holds where nothing is meant. */
export const ZERO_UUID = "00000000000000000000000000000000";
