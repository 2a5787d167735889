/** Grid points missed by an unbounded job that must see each of them; beyond this it jumps to the newest (stream-semantics §9). */
export const MISSED_BATCHES_MAX = 1_000;

/** The same batch failing in user code this often fails the job: the first may be a bad machine, the third is the code. */
export const BATCH_ATTEMPTS_MAX = 3;

/** Records per second that a job is given before it has shown what it can do; a few batches later it has what it can. With the slowest of sinks such a batch must end before its time-out. */
export const INITIAL_RATE = 10_000;
/** A job that is behind is given as much as it does in this time, though its interval be shorter: each batch costs some milliseconds of its own. */
export const LIMITED_BATCH_MS_MIN = 1_000;

/** Restarts are counted over this window against `restartsMax`. */
export const RESTART_WINDOW_MS = 60 * 60 * 1_000;

/** Back-off before an epoch is started again: 100 ms doubling to 5 s, so that a lost executor costs little and a broken job not much. */
export const RESTART_DELAY_MIN_MS = 100;
export const RESTART_DELAY_MAX_MS = 5_000;

/** An epoch whose workers stay in a phase for longer is over; the next has longer for its start (`START_GROWTH_MAX`). */
export const PHASE_TIMEOUTS_MS = {
  /** Workers fork, import user code and build the graph. */
  starting: 30_000,
  /** Ends open transactions on brokers: bounded by what the brokers need after a restart of theirs. */
  fencing: 60_000,
  /** Workers say what there is to read of sources that are no topics; one that does not is stuck in the source's code. */
  listing: 60_000,
  /** An endless loop in user code, or a broker that never comes back. */
  batch: 300_000,
} as const;
/** Reads marks: as above. */
export const OPENING_TIMEOUT_MS = 120_000;
/** State that is loaded gets more time: a worker loads some 10 MB/s of small rows into a store on disk, a tenth of it on a machine with too much to do. */
export const OPENING_BYTES_PER_MS_MIN = 1_000;
/** How many times longer each step of a start may take in the end, after attempts that took too long: eight minutes for workers to start, half an hour and more for state. */
export const START_GROWTH_MAX = 16;
/** A new executor joins a running job this long after it was seen, so that several are taken in one go. */
export const RESCALE_DELAY_MS = 5_000;
/** A rescale that was asked for while the job starts or recovers is looked at again after this. */
export const RESCALE_WAIT_MS = 500;
/** Workers of a new layout start in so many rounds: the machines that start them run the job meanwhile, and a start takes a second of a core. */
export const RESCALE_START_ROUNDS = 8;
/** Workers of a new layout could not be started: they are tried again after this, while the job runs on as it is. */
export const RESCALE_RETRY_MS = 30_000;
/** Brokers could not be asked for offsets: they are asked again this often. */
export const LOOKUP_RETRY_MS = 200;
/** A checkpoint is due after this many batches, whatever its interval: it bounds the plan log and what a recovery replays. */
export const BATCHES_PER_CHECKPOINT_MAX = 2_000;
/** Plans that are no longer needed are deleted this many at a time, with commits that are made anyway: one commit stays small. */
export const PLAN_DELETIONS_PER_COMMIT_MAX = 200;
/** How fast time in plans passes while it is ahead of the wall clock: an hour is made good in ten, and a job's batches are that much further apart meanwhile. */
export const PLAN_CLOCK_SLEW_RATE = 0.9;
