import type { SdkResource } from '../sdk.ts';
import type { Treatments } from './leaving.ts';

/**
 * A resource without the attributes that do not leave, such as the command line. The same one for the
 * same resource: exporters group spans by it. Resources that hold nothing of the kind are handed back.
 */
export class SafeResources {
  readonly #treatments: Treatments;
  readonly #known = new WeakMap<SdkResource, SdkResource>();

  constructor(treatments: Treatments) {
    this.#treatments = treatments;
  }

  of(resource: SdkResource): SdkResource {
    let safe = this.#known.get(resource);
    if (safe === undefined) {
      safe = this.#make(resource);
      this.#known.set(resource, safe);
      this.#known.set(safe, safe);
    }
    return safe;
  }

  /** Detectors may still be at work, so the attributes are read when they are asked for. */
  #make(resource: SdkResource): SdkResource {
    const isPending = resource.asyncAttributesPending === true;
    if (!isPending && !Object.keys(resource.attributes).some((name) => this.#goes(name))) {
      return resource;
    }
    const goes = (name: string): boolean => this.#goes(name);
    return new Proxy(resource, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property === 'attributes') return without(value as object, goes);
        if (typeof value !== 'function') return value;
        if (property !== 'getRawAttributes') return value.bind(target) as unknown;
        return () => (value.call(target) as [string, unknown][]).filter(([name]) => !goes(name));
      },
    });
  }

  #goes(name: string): boolean {
    const treatment = this.#treatments.of(name);
    return treatment === 'drop' || treatment === 'never';
  }
}

function without(attributes: object, goes: (name: string) => boolean): object {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !goes(name)));
}
