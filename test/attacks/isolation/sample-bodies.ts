// A body for every operation that takes one, with the target of an attack wherever an id or a name can stand.

export const sampleBodies: Readonly<Record<string, (target: string) => object>> = {
  approveMirror: (target) => ({ tools: [{ name: target, hash: 'a'.repeat(64) }] }),
  lookAtMirror: () => ({}),
  callTool: () => ({ arguments: {} }),
  checkDefinitions: (target) => ({ tools: { [target]: {} } }),
  saveDefinition: () => ({ kind: 'http', baseUrl: 'https://sample.example' }),
  changeMember: () => ({ role: 'member' }),
  changePassword: () => ({ old_password: 'not the password of anybody', new_password: 'another long password' }),
  connect: (target) => ({ provider: 'github', ...(isId(target) && { credential_id: target }) }),
  createCredential: (target) => ({
    name: `sample ${target}`,
    system: 'service',
    strategy: 'token',
    fields: { token: 'sample' },
  }),
  createInvitation: (target) => ({ email: 'invited@ours.example', name: target, role: 'member' }),
  createKey: (target) => ({ name: 'sample', ...(isId(target) && { user_id: target }) }),
  createMember: (target) => ({ email: 'new@ours.example', name: target, role: 'member' }),
  createOauthClient: (target) => ({
    provider: 'github',
    name: `sample ${target}`,
    client_id: 'client',
    client_secret: 'secret',
  }),
  createServiceAccount: () => ({ name: 'robot', role: 'member' }),
  createSignOn: () => ({
    name: 'sample',
    issuer: 'https://issuer.example',
    client_id: 'client',
    client_secret: 'secret-of-the-sample',
    domains: [],
    role: 'member',
  }),
  createWorkspace: () => ({ slug: 'sample', name: 'Sample' }),
  decideInteraction: () => ({ decision: 'yes' }),
  inspectOpenapi: (target) => ({ document: { openapi: '3.1.0', paths: {}, info: { title: target } } }),
  linkFile: () => ({ expires_in_s: 60 }),
  pollDeviceConnect: (target) => ({ flow: target }),
  revokeCredentials: (target) => (isId(target) ? { user_id: target } : { system: target }),
  setChoice: (target) => ({ credential_id: isId(target) ? target : '019a0000-0000-7000-8000-000000000000' }),
  setPack: () => ({ enabled: true }),
  setPackSettings: (target) => ({ config: {}, ...(isId(target) && { workspace_id: target }) }),
  setPolicy: (target) => ({ tool: target, action: 'allow' }),
  setVariable: () => ({ value: 'value-of-the-sample', scope: 'person' }),
  startDeviceConnect: (target) => ({ provider: 'github', ...(isId(target) && { credential_id: target }) }),
  updateCredential: () => ({ name: 'renamed by the attacker', scope: 'shared' }),
};

function isId(text: string): boolean {
  return /^[0-9a-f]{8}-/.test(text);
}
