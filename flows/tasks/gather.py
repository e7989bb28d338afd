"""Read the source and draw up the plan."""

from prefect import task

from flows import stages

gather = task(task_run_name="gather", persist_result=False)(stages.gather)
