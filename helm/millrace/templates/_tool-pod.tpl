{{/* A pod that runs the command line once. Call with (dict "top" . "component" "test" "image" … "args" (list …) "mounts" … "volumes" …). */}}
{{- define "millrace.toolPod" -}}
{{- $top := .top -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- include "millrace.podSecurity" $top | nindent 2 }}
{{- include "millrace.pullSecrets" $top }}
{{- with $top.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $top.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  {{- range $name, $args := .containers }}
  - name: {{ $name }}
    image: {{ include "millrace.image" (list $top "cli" $.image) }}
    imagePullPolicy: {{ $top.Values.image.pullPolicy }}
    args: {{- toYaml $args | nindent 6 }}
    env:
      - name: MILLRACE_ADDRESS
        value: {{ include "millrace.bootstrap" $top }}:9190
      {{- if $top.Values.tls.enabled }}
      {{- include "millrace.tlsClientEnv" $top | nindent 6 }}
      {{- end }}
    securityContext: {{- include "millrace.containerSecurity" $top | nindent 6 }}
    resources:
      requests: {cpu: 20m, memory: 64Mi}
      limits: {memory: 512Mi}
    volumeMounts:
      - {name: tmp, mountPath: /tmp}
      {{- if $top.Values.tls.enabled }}
      {{- include "millrace.tlsMount" $top | nindent 6 }}
      {{- end }}
      {{- with $.mounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  {{- end }}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
  {{- if $top.Values.tls.enabled }}
  {{- include "millrace.tlsVolume" (list $top (include "millrace.tlsClientSecret" $top)) | nindent 2 }}
  {{- end }}
  {{- with .volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
