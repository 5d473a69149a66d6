/** A cookie in the form in which a real browser takes it. */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  secure: boolean;
}

/** A browser's cookies for one host, reduced to what the tests need. */
export class CookieJar {
  private readonly values = new Map<string, string>();

  /** Stores the cookies that an answer sets. A date in the past removes one. */
  take(headers: Headers): void {
    for (const text of headers.getSetCookie()) {
      const [pair = '', ...attributes] = text.split('; ');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const expires = attributes.find((each) => /^expires=/i.test(each))?.slice('expires='.length);
      if (expires !== undefined && Date.parse(expires) <= Date.now()) this.values.delete(name);
      else this.values.set(name, value);
    }
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  /** All of them, for a real browser. Every cookie of the broker has these attributes. */
  cookiesOf(domain: string): Cookie[] {
    return [...this.values].map(([name, value]) => ({ name, value, domain, path: '/', secure: true }));
  }

  /** The `Cookie` header; undefined if there are no cookies. */
  get header(): Record<string, string> {
    const pairs = [...this.values].map(([name, value]) => `${name}=${value}`);
    return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
  }
}
