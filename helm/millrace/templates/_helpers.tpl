{{/* Names. The release's name alone where it says millrace already. */}}
{{- define "millrace.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- define "millrace.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "millrace.name" . -}}
{{- if contains $name .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a selector may use: never changes over the life of a release. Call with (list . "broker"). */}}
{{- define "millrace.selector" -}}
{{- $top := index . 0 -}}
app.kubernetes.io/name: {{ include "millrace.name" $top }}
app.kubernetes.io/instance: {{ $top.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}
{{- define "millrace.labels" -}}
{{- $top := index . 0 -}}
{{ include "millrace.selector" . }}
app.kubernetes.io/part-of: millrace
app.kubernetes.io/version: {{ $top.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $top.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $top.Chart.Name $top.Chart.Version }}
{{- with $top.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* registry/repository/NAME:tag, or @digest. Call with (list . "broker" .Values.broker.image). */}}
{{- define "millrace.image" -}}
{{- $top := index . 0 -}}
{{- $own := index . 2 | default dict -}}
{{- $image := $top.Values.image -}}
{{- if $own.reference -}}
{{ $own.reference }}
{{- else -}}
{{- $tag := $own.tag | default $image.tag | default $top.Chart.AppVersion -}}
{{ with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ index . 1 }}{{ with $own.digest }}@{{ . }}{{ else }}:{{ $tag }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "millrace.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The pod security standard "restricted", and a root file system that nobody writes to. */}}
{{- define "millrace.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}
{{- define "millrace.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What all pods of the chart share. Call with (list . "broker" .Values.broker). */}}
{{- define "millrace.podCommon" -}}
{{- $top := index . 0 -}}
{{- $component := index . 1 -}}
{{- $own := index . 2 -}}
serviceAccountName: {{ include "millrace.fullname" $top }}-{{ $component }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "millrace.podSecurity" $top | nindent 2 }}
terminationGracePeriodSeconds: {{ $own.terminationGracePeriodSeconds }}
{{- include "millrace.pullSecrets" $top }}
{{- with $own.priorityClassName | default $top.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $own.nodeSelector | default $top.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations | default $top.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if ne $own.spread "off" }}
topologySpreadConstraints:
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ if and (eq $own.spread "hard") (eq $key "kubernetes.io/hostname") }}DoNotSchedule{{ else }}ScheduleAnyway{{ end }}
    # A drained node is no place to keep free.
    nodeTaintsPolicy: Honor
    labelSelector:
      matchLabels: {{- include "millrace.selector" (list $top $component) | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "millrace.podLabels" -}}
{{- $top := index . 0 -}}
{{- $own := index . 2 -}}
{{ include "millrace.labels" (list $top (index . 1)) }}
{{- with $own.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "millrace.podAnnotations" -}}
{{- $top := index . 0 -}}
{{- $own := index . 2 -}}
millrace.dev/settings: {{ include "millrace.settings" . | sha256sum | trunc 16 }}
{{- if $top.Values.tls.enabled }}
millrace.dev/tls: {{ include "millrace.tlsMode" $top | quote }}
{{- end }}
{{- with $top.Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- with $own.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Settings as the process reads them: those of the chart under those of the user. */}}
{{- define "millrace.settings" -}}
{{- $top := index . 0 -}}
{{- $component := index . 1 -}}
{{- $own := index . 2 -}}
{{- $settings := dict "logFormat" "json" "adminAddress" "0.0.0.0:9464" -}}
{{- with $top.Values.telemetry.otlpEndpoint -}}{{- $_ := set $settings "otlpEndpoint" . -}}{{- end -}}
{{- if $top.Values.tls.enabled -}}
{{- $_ := set $settings "tlsCaFile" "/etc/millrace-tls/ca.crt" -}}
{{- $_ := set $settings "tlsCertFile" "/etc/millrace-tls/tls.crt" -}}
{{- $_ := set $settings "tlsKeyFile" "/etc/millrace-tls/tls.key" -}}
{{- if ne $component "metrics-adapter" -}}{{- $_ := set $settings "tlsClientAuth" $top.Values.tls.clientAuth -}}{{- end -}}
{{- $_ := set $settings "tlsPeerName" (include "millrace.tlsPeerName" $top) -}}
{{- end -}}
{{- /* Half of the grace period: then whatever is left has the other half to be cut in order. */ -}}
{{- $_ := set $settings "drainMs" (div (mul $own.terminationGracePeriodSeconds 1000) 2) -}}
{{- if eq $component "broker" -}}
{{- $_ := set $settings "dataFolder" "/data/broker" -}}
{{- $_ := set $settings "stopMs" (div (mul $own.terminationGracePeriodSeconds 1000) 4) -}}
{{- $_ := set $settings "coordinators" (list (include "millrace.coordinators" $top)) -}}
{{- if $own.external.enabled -}}
{{- $_ := set $settings "externalListenAddress" "0.0.0.0:9290" -}}
{{- $_ := set $settings "kafkaExternalListenAddress" "0.0.0.0:9094" -}}
{{- end -}}
{{- else if eq $component "coordinator" -}}
{{- $_ := set $settings "clusterName" (include "millrace.clusterName" $top) -}}
{{- /* Redis may come later, or be rolled at the same time: waiting costs a second, a restart the back-off of the kubelet, which doubles each time. */ -}}
{{- $_ := set $settings "redisConnectTimeoutMs" (div (mul $own.startupSeconds 1000) 2) -}}
{{- else if eq $component "executor" -}}
{{- $_ := set $settings "dataDir" "/data/executor" -}}
{{- $_ := set $settings "workerSlots" $own.workerSlots -}}
{{- $_ := set $settings "workerHeapMb" $own.workerHeapMb -}}
{{- $_ := set $settings "coordinators" (list (include "millrace.coordinators" $top)) -}}
{{- else if eq $component "metrics-adapter" -}}
{{- $_ := set $settings "brokers" (list (printf "%s:9190" (include "millrace.bootstrap" $top))) -}}
{{- end -}}
{{- mergeOverwrite $settings (deepCopy ($own.settings | default dict)) | toJson -}}
{{- end -}}

{{- define "millrace.coordinators" -}}
{{ include "millrace.fullname" . }}-coordinator.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}:9191
{{- end -}}
{{- define "millrace.bootstrap" -}}
{{ include "millrace.fullname" . }}-bootstrap.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* Prefix of the cluster's keys in Redis: two releases may share one. */}}
{{- define "millrace.clusterName" -}}
{{- .Values.clusterName | default (printf "%s.%s" .Release.Namespace (include "millrace.fullname" .)) -}}
{{- end -}}

{{/* Endpoints of the admin port. Liveness depends on nothing but the process: neither Redis, nor a peer, nor a full disk restarts it. */}}
{{- define "millrace.probes" -}}
{{- $own := . -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: {{ div (default 600 $own.startupSeconds) 2 }}
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{/* Until every proxy has heard that the pod ends, new connections still come to it: it goes on serving so long, then SIGTERM hands over. */}}
{{- define "millrace.preStop" -}}
lifecycle:
  preStop:
    exec:
      command: [/usr/local/bin/node, --eval, "setTimeout(() => {}, {{ . }})"]
{{- end -}}

{{- define "millrace.redisSecret" -}}
{{- if .Values.redis.external.enabled -}}
{{- .Values.redis.external.existingSecret | default (printf "%s-redis" (include "millrace.fullname" .)) -}}
{{- else -}}
{{- .Values.redis.bundled.existingSecret | default (printf "%s-redis" (include "millrace.fullname" .)) -}}
{{- end -}}
{{- end -}}

{{- define "millrace.externalNote" -}}
{{- $own := .Values.broker.external -}}
{{- if eq $own.type "NodePort" -}}
Kafka ANY-NODE:{{ $own.nodePorts.kafkaBootstrap }}, gRPC ANY-NODE:{{ $own.nodePorts.grpcBootstrap }}
{{- else -}}
Kafka {{ $own.hostTemplate | replace "{id}" "0" }}:9094, gRPC {{ $own.hostTemplate | replace "{id}" "0" }}:9290
{{- end -}}
{{- end -}}

{{/* Mistakes that a schema cannot see, because they are about two values at once. */}}
{{- define "millrace.check" -}}
{{- range $where, $tag := dict "image.tag" .Values.image.tag "broker.image.tag" .Values.broker.image.tag "coordinator.image.tag" .Values.coordinator.image.tag "metricsAdapter.image.tag" .Values.metricsAdapter.image.tag "executor.image.tag" .Values.executor.image.tag "monitoring.prometheus.image.tag" .Values.monitoring.prometheus.image.tag -}}
{{- if eq ($tag | default "") "latest" -}}
{{- fail (printf "%s: latest is no version: a cluster cannot tell two of them apart, and no roll would happen. Give a version." $where) -}}
{{- end -}}
{{- end -}}
{{- $redis := .Values.redis.external -}}
{{- if and $redis.enabled (not $redis.url) (not $redis.existingSecret) -}}
{{- fail "redis.external.enabled: say where it is, by redis.external.url or, with a password, by redis.external.existingSecret" -}}
{{- end -}}
{{- if and $redis.enabled $redis.url (not (regexMatch "^rediss?://[^ ]+$" $redis.url)) -}}
{{- fail (printf "redis.external.url is %q: write redis://host:6379, or rediss:// for TLS" $redis.url) -}}
{{- end -}}
{{- if and (not $redis.enabled) (or $redis.url $redis.existingSecret) -}}
{{- fail "redis.external names a Redis, but redis.external.enabled is false: it would not be used" -}}
{{- end -}}
{{- $external := .Values.broker.external -}}
{{- if and $external.enabled (eq $external.type "LoadBalancer") (not (contains "{id}" $external.hostTemplate)) -}}
{{- fail "broker.external.hostTemplate: with LoadBalancer each broker has a balancer of its own; give the name under which clients find it, such as broker-{id}.example.com" -}}
{{- end -}}
{{- if and $external.enabled (eq $external.type "NodePort") -}}
{{- $brokers := int .Values.broker.replicas -}}
{{- range $first := list $external.nodePorts.kafkaFirst $external.nodePorts.grpcFirst -}}
{{- if gt (add (int $first) $brokers) 32768 -}}
{{- fail (printf "broker.external.nodePorts: %d brokers from port %d on do not fit below 32768" $brokers (int $first)) -}}
{{- end -}}
{{- end -}}
{{- $distance := sub (int $external.nodePorts.grpcFirst) (int $external.nodePorts.kafkaFirst) -}}
{{- if and (lt $distance $brokers) (gt $distance (sub 0 $brokers)) -}}
{{- fail (printf "broker.external.nodePorts: kafkaFirst and grpcFirst are closer than %d brokers: their ports would overlap" $brokers) -}}
{{- end -}}
{{- end -}}
{{- if not (regexMatch "^[1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$" (toString .Values.broker.storage.size)) -}}
{{- fail (printf "broker.storage.size is %q: write a quantity such as 10Gi" (toString .Values.broker.storage.size)) -}}
{{- end -}}
{{- $settings := .Values.coordinator.settings | default dict -}}
{{- $replicas := int .Values.broker.replicas -}}
{{- with $settings.replicationFactorDefault -}}
{{- if gt (int .) $replicas -}}
{{- fail (printf "coordinator.settings.replicationFactorDefault is %d, but there are only %d brokers: no topic could be made. Raise broker.replicas or lower it." (int .) $replicas) -}}
{{- end -}}
{{- end -}}
{{- include "millrace.checkTls" . -}}
{{- include "millrace.checkAutoscaling" . -}}
{{- end -}}
