import type { TimeWindowDescriptor } from "@millrace/model";
import { assert } from "@millrace/stdx";
import { WINDOW_PANES_MAX } from "../limits.ts";

/**
 * Event-time windows [start, end) cut into panes of gcd(size, slide): a record is added to one pane, and a window is the merge of the panes that it
 * covers. Windows and panes are numbered: window k starts at offset + k · slide, pane p at offset + p · pane size.
 *
 *   size 3, slide 2:   window 0 [0,3)   window 1 [2,5)      panes of 1:  |0|1|2|3|4|
 */
export class TimePanes {
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
  readonly paneMs: number;
  readonly panesPerWindow: number;
  readonly panesPerSlide: number;

  constructor(window: TimeWindowDescriptor) {
    this.sizeMs = window.sizeMs;
    this.slideMs = window.slideMs;
    this.offsetMs = window.offsetMs;
    this.paneMs = greatestCommonDivisor(window.sizeMs, window.slideMs);
    this.panesPerWindow = this.sizeMs / this.paneMs;
    this.panesPerSlide = this.slideMs / this.paneMs;
    assert(
      this.panesPerWindow <= WINDOW_PANES_MAX,
      () => `a window has too many panes panes=${this.panesPerWindow} panesMax=${WINDOW_PANES_MAX}`,
    );
  }

  /** Pane of a time. The quotient may be rounded up for a time just below a border, so it is checked against exact borders. */
  paneOf(timeMs: number): number {
    const pane = Math.floor((timeMs - this.offsetMs) / this.paneMs);
    if (this.paneStart(pane) > timeMs) return pane - 1;
    return this.paneStart(pane + 1) <= timeMs ? pane + 1 : pane;
  }

  paneStart(pane: number): number {
    return this.offsetMs + pane * this.paneMs;
  }

  /** Greatest window that starts at or before the pane; it covers the pane unless the pane lies in a gap. */
  lastWindowOf(pane: number): number {
    return Math.floor(pane / this.panesPerSlide);
  }

  /** Least window that covers the pane (beyond `lastWindowOf` for a pane in a gap between windows). */
  firstWindowOf(pane: number): number {
    return Math.floor((pane - this.panesPerWindow) / this.panesPerSlide) + 1;
  }

  windowStart(window: number): number {
    return this.offsetMs + window * this.slideMs;
  }

  windowEnd(window: number): number {
    return this.windowStart(window) + this.sizeMs;
  }

  firstPaneOf(window: number): number {
    return window * this.panesPerSlide;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
