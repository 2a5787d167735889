/** A query of a panel takes milliseconds; a Prometheus that is slower than this is of no use to a page that is drawn again every few seconds. */
export const QUERY_MS_MAX = 10_000;

/** Queries of one picture at the same time: a Prometheus takes 20 at once, and others ask, too. */
export const QUERIES_AT_ONCE = 8;

/** Lines are drawn with so many points: a panel is a few hundred pixels wide. */
export const POINTS = 120;

/** How often a page is drawn again. A scrape comes every 5 to 15 s. */
export const REFRESH_MS = 5_000;

/** Pictures that are made at the same time, each for all who look at the same: people with other choices of variables. */
export const PICTURES_AT_ONCE = 16;

/** Of a request's URL: topics and jobs that one may pick are among it. */
export const URL_LENGTH_MAX = 8_192;
