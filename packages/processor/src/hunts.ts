import type { CallKey } from './call-keys.ts';

const mostHunted = 200;
const mostHuntsPerCall = 10;
const capturesPerHunt = 500;

interface Hunt {
  hunts: number;
  isOn: boolean;
}

/**
 * Calls that were reported without a line of code, by the endpoint that made them: the same call of
 * another endpoint has a line of its own. Each is looked for a bounded number of times, because some
 * have no line that can be found, and with a bounded number of stacks.
 */
export class Hunts {
  readonly #byCall = new Map<CallKey, Map<string, Hunt>>();
  #size = 0;
  #active = 0;
  #budget = 0;

  /** True when a stack may be taken for a call of which nothing is known yet; it is then paid for. */
  pay(): boolean {
    if (this.#active === 0 || this.#budget === 0) return false;
    this.#budget--;
    return true;
  }

  /** Whether some endpoint looks for the call. */
  hasCall(key: CallKey): boolean {
    return this.#active > 0 && this.#byCall.has(key);
  }

  isOn(key: CallKey, endpoint: string): boolean {
    return this.#byCall.get(key)?.get(endpoint)?.isOn === true;
  }

  begin(key: CallKey, endpoint: string): void {
    const hunt = this.#byCall.get(key)?.get(endpoint) ?? this.#add(key, endpoint);
    if (++hunt.hunts > mostHuntsPerCall) return this.end(key, endpoint);
    if (!hunt.isOn) this.#active++;
    hunt.isOn = true;
    this.#budget = capturesPerHunt;
  }

  /** The line is known, or will not be found. */
  end(key: CallKey, endpoint: string): void {
    const hunt = this.#byCall.get(key)?.get(endpoint);
    if (hunt?.isOn !== true) return;
    hunt.isOn = false;
    this.#active--;
  }

  #add(key: CallKey, endpoint: string): Hunt {
    if (this.#size >= mostHunted) {
      this.#byCall.clear();
      this.#size = this.#active = 0;
    }
    const hunt = { hunts: 0, isOn: false };
    const known = this.#byCall.get(key);
    if (known === undefined) this.#byCall.set(key, new Map([[endpoint, hunt]]));
    else known.set(endpoint, hunt);
    this.#size++;
    return hunt;
  }
}
