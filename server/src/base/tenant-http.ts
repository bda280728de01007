// One guarded client per tenant, each with connections and bounds of its own: no tenant can use up what another one needs.
import { createHttpClient } from './http-client.ts';
import type { HttpClient, HttpClientOptions, OwnedHttpClient } from './http-client.ts';
import { limits } from './limits.ts';

export interface TenantHttp {
  /** The client for everything that goes out on behalf of this tenant. Whoever keeps it keeps nothing open. */
  of(tenant_id: string): HttpClient;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** `clients`: tenants with connections of their own. */
export function createTenantHttp(
  options: Omit<HttpClientOptions, 'bounds'>,
  { clients = limits.tenant_http_clients }: { readonly clients?: number } = {},
): TenantHttp {
  const bounds = {
    http_connections: limits.tenant_http_connections,
    http_requests: limits.tenant_http_requests,
    http_requests_in_all: limits.tenant_http_requests,
    http_origins: limits.tenant_http_origins,
  };
  const opened = new Map<string, OwnedHttpClient>();
  const faces = new Map<string, HttpClient>();

  function openFor(tenant_id: string): OwnedHttpClient {
    const known = opened.get(tenant_id);
    if (known !== undefined) return known;
    if (opened.size >= clients) closeIdle();
    const client = createHttpClient({ ...options, bounds });
    opened.set(tenant_id, client);
    return client;
  }

  /** The one that was opened first among those that nobody uses now. */
  function closeIdle(): void {
    for (const [tenant_id, client] of opened) {
      if (!client.isIdle()) continue;
      opened.delete(tenant_id);
      void client.close();
      return;
    }
  }

  return {
    of: (tenant_id) => {
      const known = faces.get(tenant_id);
      if (known !== undefined) return known;
      if (faces.size >= clients) faces.clear();
      const face: HttpClient = {
        request: (request) => openFor(tenant_id).request(request),
        stream: (request) => openFor(tenant_id).stream(request),
        close: () => Promise.resolve(),
      };
      faces.set(tenant_id, face);
      return face;
    },
    close: async () => {
      await Promise.all(Array.from(opened.values(), (client) => client.close()));
    },
  };
}
