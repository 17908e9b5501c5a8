/** Name of the row that what is beyond a cap shares. */
export const otherRow = '(other)';

/**
 * Rows by service and name, at most `max` and one shared row for each service; services are not
 * endless either, so beyond twice the cap they share one. Two maps, not one joined key, which would
 * have to be made for every call.
 */
export class BoundedRows<Row> {
  readonly #services = new Map<string, Map<string, Row>>();
  readonly #max: number;
  readonly #make: (service: string, name: string) => Row;
  readonly #onOverflow: () => void;
  readonly #none = new Map<string, Row>();
  #size = 0;

  /** `onOverflow` is told of every call that went to a shared row. */
  constructor(max: number, make: (service: string, name: string) => Row, onOverflow: () => void) {
    this.#max = max;
    this.#make = make;
    this.#onOverflow = onOverflow;
  }

  get(service: string, name: string): Row | undefined {
    return this.#services.get(service)?.get(name);
  }

  /** The rows of one service that there are, for whoever asks for many; not to be changed. */
  of(service: string): ReadonlyMap<string, Row> {
    return this.#services.get(service) ?? this.#none;
  }

  /** The row for a call: its own, made when it is the first, or a shared one. */
  rowFor(service: string, name: string): Row {
    return this.get(service, name) ?? this.#add(service, name);
  }

  /** Services in the order in which they came, with their rows. */
  services(): [service: string, rows: Row[]][] {
    return [...this.#services].map(([service, rows]) => [service, [...rows.values()]]);
  }

  /** All rows. */
  all(): Row[] {
    return [...this.#services.values()].flatMap((rows) => [...rows.values()]);
  }

  #add(service: string, name: string): Row {
    if (this.#size >= this.#max && name !== otherRow) {
      this.#onOverflow();
      return this.rowFor(service, otherRow);
    }
    if (this.#size >= 2 * this.#max && service !== otherRow) {
      return this.rowFor(otherRow, otherRow);
    }
    const row = this.#make(service, name);
    const rows = this.#services.get(service);
    if (rows === undefined) this.#services.set(service, new Map([[name, row]]));
    else rows.set(name, row);
    this.#size++;
    return row;
  }
}
