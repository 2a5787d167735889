declare const brand: unique symbol;

/** A primitive that cannot be mistaken for another of the same kind: an offset is not a position. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };
