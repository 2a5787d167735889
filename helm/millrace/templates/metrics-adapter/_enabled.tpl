{{/* Lag as external metrics: asked for by itself, or for the executors' autoscaler. "true" or nothing. */}}
{{- define "millrace.metricsAdapter" -}}
{{- if or .Values.metricsAdapter.enabled .Values.executor.autoscaling.lag.enabled }}true{{ end -}}
{{- end -}}

{{/* Mistakes about autoscaling. */}}
{{- define "millrace.checkAutoscaling" -}}
{{- $own := .Values.executor.autoscaling -}}
{{- if and $own.enabled (lt (int $own.maxReplicas) (int $own.minReplicas)) -}}
{{- fail (printf "executor.autoscaling.maxReplicas (%d) is less than minReplicas (%d)" (int $own.maxReplicas) (int $own.minReplicas)) -}}
{{- end -}}
{{- if and $own.lag.enabled (not $own.enabled) -}}
{{- fail "executor.autoscaling.lag.enabled, but executor.autoscaling.enabled is false: nothing would scale. For lag of consumer groups alone: metricsAdapter.enabled" -}}
{{- end -}}
{{- if and $own.lag.enabled (eq (int $own.lag.recordsPerExecutor) 0) (eq (int $own.lag.secondsMax) 0) -}}
{{- fail "executor.autoscaling.lag: recordsPerExecutor and secondsMax are both 0: give one, such as recordsPerExecutor=100000" -}}
{{- end -}}
{{- if and $own.enabled (eq (int $own.targetCpuPercent) 0) (not $own.metrics) (not $own.lag.enabled) -}}
{{- fail "executor.autoscaling: targetCpuPercent is 0, and there is no other metric: enable lag, or give metrics" -}}
{{- end -}}
{{- if include "millrace.metricsAdapter" . -}}
{{- with lookup "apiregistration.k8s.io/v1" "APIService" "" "v1beta1.external.metrics.k8s.io" -}}
{{- $service := .spec.service | default dict -}}
{{- if not (and (eq ($service.namespace | default "") $.Release.Namespace) (eq ($service.name | default "") (printf "%s-metrics-adapter" (include "millrace.fullname" $)))) -}}
{{- fail (printf "metricsAdapter: external metrics of this cluster are served by %s/%s already, and there can be one server of them. Leave it off, and scale on lag by that one: executor.autoscaling.metrics (KEDA's trigger kafka takes the group millrace-job-JOBID)" ($service.namespace | default "?") ($service.name | default "?")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
