"""Develop the people of one shard."""

from prefect import task

from flows import stages

develop = task(task_run_name="develop-{number}", persist_result=False)(stages.develop)
develop_apart = task(task_run_name="develop-{number}", persist_result=False)(stages.develop_apart)
