import type { Construct } from 'constructs';
import { UserSignedUp } from '../../schemas/index.ts';
import { HandlerFunction } from '../constructs/handler-function.ts';
import { ServiceStack, type ServiceStackProps } from './service-stack.ts';

/** Signs users up and keeps their profiles. */
export class UsersStack extends ServiceStack {
  constructor(scope: Construct, id: string, { backbone }: ServiceStackProps) {
    super(scope, id, { backbone, context: 'users', description: 'users' });
    const signUpUser = new HandlerFunction(this, 'SignUpUser', { handler: 'functions/users/sign-up-user.handler.ts' });
    signUpUser.writesTo(this.table);
    backbone.api.route(this, { method: 'POST', path: '/users', function: signUpUser });

    backbone.bus.subscribe(this, 'users-profile', {
      on: [UserSignedUp.v1],
      handler: 'functions/users/build-profile.handler.ts',
      table: this.table,
    });
  }
}
