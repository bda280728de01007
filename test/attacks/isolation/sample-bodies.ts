// A body for every operation that takes one, with the target of an attack wherever an id or a name can stand.

export const sampleBodies: Readonly<Record<string, (target: string) => object>> = {
  callTool: () => ({ arguments: {} }),
  changeMember: () => ({ role: 'member' }),
  changePassword: () => ({ old_password: 'not the password of anybody', new_password: 'another long password' }),
  createInvitation: (target) => ({ email: 'invited@ours.example', name: target, role: 'member' }),
  createKey: (target) => ({ name: 'sample', ...(isId(target) && { user_id: target }) }),
  createMember: (target) => ({ email: 'new@ours.example', name: target, role: 'member' }),
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
  setPolicy: (target) => ({ tool: target, action: 'allow' }),
  setVariable: () => ({ value: 'value-of-the-sample', scope: 'person' }),
};

function isId(text: string): boolean {
  return /^[0-9a-f]{8}-/.test(text);
}
