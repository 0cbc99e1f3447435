/**
 * Runs inside each new realm, before the bundle. Its argument is what the host gives:
 * `{globals, lazyGlobals, now, random, isNativeError, isUtc}`; `now` and `random` stand only on a virtual or scaled clock.
 * It is text, so that no compiler adds helpers that the realm does not have.
 */
export const BOOTSTRAP = `(function (host) {
'use strict';
const define = (object, name, value) => Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
define(globalThis, 'global', globalThis);
for (const [name, value] of Object.entries(host.globals)) define(globalThis, name, value);
for (const name of host.lazyGlobals) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => { const value = host.lazyGlobal(name); define(globalThis, name, value); return value; },
    set: (value) => define(globalThis, name, value),
  });
}

// Node's own modules live in another realm: their errors are errors here too.
const RealmError = Error;
const ordinaryHasInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(value) { return ordinaryHasInstance.call(this, value) || (this === RealmError && host.isNativeError(value)); },
  configurable: true,
});

// A stack names what Lambda has as well: the bundle, the runtime and Node. What runs all this lies elsewhere on this machine.
const foreign = /(?:file:\\/\\/|\\(|at |async )\\/(?!var\\/|opt\\/)/;
Error.prepareStackTrace = (error, frames) => {
  let text = String(error);
  try { text = Error.prototype.toString.call(error); } catch {}
  for (const frame of frames) {
    const line = '\\n    at ' + frame;
    if (!foreign.test(line)) text += line;
  }
  return text;
};

define(globalThis, 'structuredClone', (value, options) => {
  const seen = new Map();
  const clone = (item) => {
    if (typeof item === 'function' || typeof item === 'symbol') return host.structuredClone(item);
    if (typeof item !== 'object' || item === null) return item;
    if (seen.has(item)) return seen.get(item);
    const keep = (copy) => { seen.set(item, copy); return copy; };
    if (Array.isArray(item)) { const copy = keep(new Array(item.length)); for (const key of Object.keys(item)) copy[key] = clone(item[key]); return copy; }
    if (item instanceof Date) return keep(new Date(item.getTime()));
    if (item instanceof RegExp) return keep(new RegExp(item.source, item.flags));
    if (item instanceof Map) { const copy = keep(new Map()); for (const [key, entry] of item) copy.set(clone(key), clone(entry)); return copy; }
    if (item instanceof Set) { const copy = keep(new Set()); for (const entry of item) copy.add(clone(entry)); return copy; }
    if (ArrayBuffer.isView(item) || host.isNativeError(item) || !(item instanceof Object)) return keep(host.structuredClone(item));
    const copy = keep({});
    for (const key of Object.keys(item)) copy[key] = clone(item[key]);
    return copy;
  };
  return options && options.transfer ? host.structuredClone(value, options) : clone(value);
});

const NativeDate = Date;
const needsDate = host.now !== undefined || !host.isUtc;
if (needsDate) {
  const now = host.now || NativeDate.now;
  const nativeParse = NativeDate.parse;
  const hasZone = /(Z|UTC|GMT|[A-Z]{2,4}T|[+-]\\d{2}:?\\d{2})\\s*(\\(.*\\))?\\s*$/i;
  const parse = host.isUtc ? nativeParse : (text) => {
    const asUtc = hasZone.test(text) ? NaN : nativeParse(text + (/T[\\d:.]+$/.test(text) ? 'Z' : ' UTC'));
    return Number.isNaN(asUtc) ? nativeParse(text) : asUtc;
  };
  const timeOf = (args) => {
    if (args.length === 0) return [now()];
    if (host.isUtc) return args;
    if (args.length > 1) return [NativeDate.UTC(...args)];
    return typeof args[0] === 'string' ? [parse(args[0])] : args;
  };
  const ZonedDate = function Date(...args) {
    if (!new.target) return new ZonedDate(now()).toString();
    return Reflect.construct(NativeDate, timeOf(args), new.target);
  };
  Object.defineProperty(ZonedDate, 'length', { value: 7 });
  ZonedDate.prototype = NativeDate.prototype;
  define(ZonedDate.prototype, 'constructor', ZonedDate);
  define(ZonedDate, 'now', () => now());
  define(ZonedDate, 'parse', parse);
  define(ZonedDate, 'UTC', NativeDate.UTC);
  define(globalThis, 'Date', ZonedDate);
}
if (!host.isUtc) {
  const prototype = NativeDate.prototype;
  for (const part of ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    define(prototype, 'get' + part, prototype['getUTC' + part]);
    define(prototype, 'set' + part, prototype['setUTC' + part]);
  }
  define(prototype, 'getDay', prototype.getUTCDay);
  define(prototype, 'getTimezoneOffset', () => 0);
  const day = (date) => { const [name, number, month, year] = date.toUTCString().replace(',', '').split(' '); return [name, month, number, year].join(' '); };
  const time = (date) => date.toUTCString().split(' ')[4] + ' GMT+0000 (Coordinated Universal Time)';
  const valid = (write) => function () { return Number.isNaN(this.getTime()) ? 'Invalid Date' : write(this); };
  define(prototype, 'toDateString', valid(day));
  define(prototype, 'toTimeString', valid(time));
  define(prototype, 'toString', valid((date) => day(date) + ' ' + time(date)));
  define(prototype, Symbol.toPrimitive, function (hint) { return hint === 'number' ? this.getTime() : this.toString(); });
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    const native = prototype[name];
    define(prototype, name, function (locales, options) { return native.call(this, locales, { timeZone: 'UTC', ...options }); });
  }
}
if (needsDate) {
  const NativeFormat = Intl.DateTimeFormat;
  const ZonedFormat = function DateTimeFormat(locales, options) {
    return Reflect.construct(NativeFormat, [locales, host.isUtc ? options : { timeZone: 'UTC', ...options }], new.target || ZonedFormat);
  };
  ZonedFormat.prototype = NativeFormat.prototype;
  define(ZonedFormat.prototype, 'constructor', ZonedFormat);
  define(ZonedFormat, 'supportedLocalesOf', NativeFormat.supportedLocalesOf);
  const formatOf = Object.getOwnPropertyDescriptor(NativeFormat.prototype, 'format').get;
  Object.defineProperty(NativeFormat.prototype, 'format', {
    configurable: true,
    get() { const format = formatOf.call(this); return (date) => format(date === undefined ? Date.now() : date); },
  });
  const nativeParts = NativeFormat.prototype.formatToParts;
  define(NativeFormat.prototype, 'formatToParts', function (date) { return nativeParts.call(this, date === undefined ? Date.now() : date); });
  define(Intl, 'DateTimeFormat', ZonedFormat);
}

if (host.random) {
  define(Math, 'random', host.random);
  // When the collector runs is not for the seed to say: references stay, and nothing is finalised.
  define(globalThis, 'WeakRef', class WeakRef { #target; constructor(target) { this.#target = target; } deref() { return this.#target; } });
  define(globalThis, 'FinalizationRegistry', class FinalizationRegistry { register() {} unregister() { return false; } });
  // Compilation in the background would end when it likes.
  define(WebAssembly, 'compile', async (bytes) => new WebAssembly.Module(bytes));
  define(WebAssembly, 'instantiate', async (source, imports) => {
    if (source instanceof WebAssembly.Module) return new WebAssembly.Instance(source, imports);
    const module = new WebAssembly.Module(source);
    return { module, instance: new WebAssembly.Instance(module, imports) };
  });
  delete Atomics.waitAsync;
}

return {
  promisePrototype: Promise.prototype,
  errorPrototype: Error.prototype,
  parse: JSON.parse,
  invoke(handler, eventText, fields, finish) {
    let isFinished = false;
    const once = (end) => (value) => { if (isFinished) return; isFinished = true; end(value); };
    const fail = once((error) => finish('failed', error));
    const succeed = once((value) => {
      let text;
      try { text = JSON.stringify(value); } catch (error) { finish('unreadable', error); return; }
      finish('succeeded', text === undefined ? 'null' : text);
    });
    const context = Object.assign({ callbackWaitsForEmptyEventLoop: true }, fields);
    if (typeof fields.clientContext === 'string') context.clientContext = JSON.parse(fields.clientContext);
    const callback = (error, value) => (error === null || error === undefined ? succeed(value) : fail(error));
    let result;
    try { result = handler(JSON.parse(eventText), context, callback); } catch (error) { fail(error); return; }
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') result.then(succeed, fail);
    else if (handler.length < 3) succeed(result);
  },
};
})`;
