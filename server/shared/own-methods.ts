/** Keeps an object of Node's from code that changes the prototypes which it shares with everybody. */

/**
 * Gives an object all that it inherits as properties of its own, which nobody changes. Node calls methods of such an object by itself; without this a
 * method that user code puts into a prototype would be called with the object as `this`.
 */
export function ownMethods(object: object): void {
  for (
    let at: unknown = Object.getPrototypeOf(object);
    typeof at === "object" && at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const key of Reflect.ownKeys(at)) {
      const found = Object.getOwnPropertyDescriptor(at, key);
      if (!found || Object.hasOwn(object, key)) continue;
      // What holds a state, such as the table of listeners, goes on being set.
      const isMethod = typeof found.value === "function";
      Object.defineProperty(object, key, { ...found, configurable: false, ...(isMethod ? { writable: false } : {}) });
    }
}
