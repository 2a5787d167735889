/** Of the product: what `--version` prints, and what files that others read name. */
export const VERSION = "0.1.0";
