// The addresses of service accounts: below a domain that belongs to nobody (RFC 2606 §2), so that no person has one.
const domain = 'service.invalid';

export function serviceAddress(name: string, tenant_slug: string): string {
  return `${name}@${tenant_slug}.${domain}`;
}

export function isServiceAddress(email: string): boolean {
  return email.toLowerCase().endsWith(`.${domain}`);
}
