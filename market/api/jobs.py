"""Long jobs of all kinds over HTTP: one list, each taken up again or cancelled."""

import base64
import binascii
import datetime as dt
import json
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from market.api.filters import NO_FIELD, QueryParams
from market.jobs.listing import LARGEST_PAGE, PAGE, job_cancel, job_get, job_retry, jobs_list
from market.jobs.states import Job, JobNotFound, JobProblem, Place, State

CONFLICT = OpenApiResponse(description="Its state does not allow it.")
ME = "me"


class JobParams(QueryParams):
    kind = serializers.CharField(required=False, help_text="Of one kind alone, as `backtest`.")
    state = serializers.ChoiceField(State.choices, required=False)
    owner = serializers.CharField(required=False, help_text="A username, or `me`.")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=PAGE)
    cursor = serializers.CharField(required=False, help_text="From `next`.")

    def validate_cursor(self, text: str) -> Place:
        try:
            moment, kind, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
            at = dt.datetime.fromisoformat(moment)
            if at.tzinfo is None:
                raise ValueError(moment)
            return Place(at, str(kind), str(pk))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise serializers.ValidationError("not a cursor of this list: take it from `next`") from error


def cursor_of(place: Place) -> str:
    told = json.dumps([place.queued_at.isoformat(), place.kind, place.pk])
    return base64.urlsafe_b64encode(told.encode()).decode()


class ProgressSerializer(serializers.Serializer):
    done = serializers.FloatField()
    total = serializers.FloatField()
    percent = serializers.FloatField()
    unit = serializers.CharField()
    stage = serializers.CharField()


class JobSerializer(serializers.Serializer):
    kind = serializers.CharField()
    kind_title = serializers.CharField()
    id = serializers.CharField(source="pk")
    title = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    told = serializers.CharField(help_text="Its state in the words of its own kind.")
    reason = serializers.CharField(help_text="Why it failed, died or was cancelled.")
    progress = ProgressSerializer(allow_null=True)
    owner = serializers.CharField(help_text="Blank: of the site.")
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    can_retry = serializers.BooleanField()
    can_cancel = serializers.BooleanField()


class JobPageSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = JobSerializer(many=True)


class OfJobs(APIView):
    """Jobs are somebody's work: reading needs a login."""

    permission_classes = (IsAuthenticated,)

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, JobNotFound):
            error = exceptions.NotFound(str(error))
        return super().handle_exception(error)


class JobList(OfJobs):
    """Running, waiting and ended jobs of all kinds, newest first: one's own, and all of the kinds whose rows one has
    the permission to view.
    """

    params = JobParams

    @extend_schema(responses=JobPageSerializer, operation_id="jobs_list")
    def get(self, request: Request) -> Response:
        asked: dict[str, Any] = JobParams.read(request)
        owner = asked.get("owner", "")
        try:
            page = jobs_list(
                user=request.user, kind=asked.get("kind", ""), after=asked.get("cursor"), size=asked["page_size"],
                state=State(asked["state"]) if "state" in asked else None,
                owner=request.user.get_username() if owner == ME else owner,
            )  # fmt: skip
        except JobProblem as error:
            raise _refused(error) from error
        address = request.build_absolute_uri()
        following = page.after and replace_query_param(address, "cursor", cursor_of(page.after))
        return Response({"next": following, "results": JobSerializer(page.jobs, many=True).data})


class JobDetail(OfJobs):
    """One job."""

    @extend_schema(responses=JobSerializer, operation_id="jobs_retrieve")
    def get(self, request: Request, kind: str, pk: str) -> Response:
        return _shown(job_get(user=request.user, kind=kind, pk=pk))


class JobRetry(OfJobs):
    """Queue a job again."""

    @extend_schema(
        request=None, responses={202: JobSerializer, 409: CONFLICT}, operation_id="jobs_retry",
        description="Queue a job that failed, died or was cancelled again (the permission to add such a job; to change"
        " one for somebody else's). One that had stored a part goes on behind it.",
    )  # fmt: skip
    def post(self, request: Request, kind: str, pk: str) -> Response:
        try:
            return _shown(job_retry(user=request.user, kind=kind, pk=pk), status.HTTP_202_ACCEPTED)
        except JobProblem as error:
            raise _conflict(error) from error


class JobCancel(OfJobs):
    """Cancel a job."""

    @extend_schema(
        request=None, responses={200: JobSerializer, 409: CONFLICT}, operation_id="jobs_cancel",
        description="Cancel a job that waits or runs (permissions as for `retry`).",
    )  # fmt: skip
    def post(self, request: Request, kind: str, pk: str) -> Response:
        try:
            return _shown(job_cancel(user=request.user, kind=kind, pk=pk))
        except JobProblem as error:
            raise _conflict(error) from error


class Conflict(exceptions.APIException):
    """It cannot be done as things are now."""

    status_code = status.HTTP_409_CONFLICT


def _conflict(error: JobProblem) -> Exception:
    return error if isinstance(error, JobNotFound) else Conflict(str(error))


def _refused(error: JobProblem) -> exceptions.ValidationError:
    name, found, reason = str(error).partition(": ")
    return exceptions.ValidationError({name if found else NO_FIELD: [reason or name]})


def _shown(job: Job, code: int = status.HTTP_200_OK) -> Response:
    return Response(JobSerializer(job).data, code)
