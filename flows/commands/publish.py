"""``catchlight publish``: from decisions to destinations, and the way back."""

import typer

from flows.commands.publish_apply import apply
from flows.commands.publish_approve import approve
from flows.commands.publish_back import rollback, verify
from flows.commands.publish_places import pin, probe
from flows.commands.publish_plan import plan
from flows.commands.publish_withdrawals import withdrawals

app = typer.Typer(
    no_args_is_help=True, help="Publish what people approved: plan, apply, verify, and roll back."
)
for command in (plan, approve, apply, verify, rollback, withdrawals, probe, pin):
    app.command(command.__name__)(command)
