import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { ApiScopeRecord, State } from '../state.js';
import { empty } from '../success.js';

/** The codes of the refusals are decisions: none is documented. */
export const organizationUserApiScopes: Handlers['organizationUserApiScopes'] = {
  // A decision: adding a scope that the member has is a success that changes nothing.
  add: (state, { org_code, user_id, api_id, scope_id }) => {
    const member = state.member(org_code, user_id);
    const scope = apiScope(state, api_id, scope_id);
    (member.apiScopes ??= new Set()).add(scope);
    return empty(200);
  },

  remove: (state, { org_code, user_id, api_id, scope_id }) => {
    const member = state.member(org_code, user_id);
    const scope = apiScope(state, api_id, scope_id);
    if (member.apiScopes?.delete(scope) !== true) {
      throw invalid('API_SCOPE_NOT_FOUND', 'The user does not have the scope');
    }
    return empty(200);
  },
};

function apiScope(state: State, apiId: string, scopeId: string): ApiScopeRecord {
  const api = state.apis.get(apiId);
  if (!api) throw invalid('API_NOT_FOUND', 'API not found');
  const scope = api.scopes.get(scopeId);
  if (!scope) throw invalid('API_SCOPE_NOT_FOUND', 'API scope not found');
  return scope;
}
