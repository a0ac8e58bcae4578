/**
 * THE TABLE: every operation of the Kinde Management API that the gateway uses. The client, the
 * emulator and the docs are functions of it.
 */
import { featureFlags } from './feature-flags.js';
import { organizations } from './organizations.js';
import { permissions } from './permissions.js';
import { roles } from './roles.js';
import { users } from './users.js';

export const endpoints = { organizations, users, roles, permissions, featureFlags };

export type Endpoints = typeof endpoints;
