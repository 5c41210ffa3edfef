// Command generate writes the schema tables of the built-in kinds as C.  Facts alone: names, types, formats, defaults, list types and
// keys, patch strategies (from OpenAPI), and what Go emits when it is empty (from the struct tags).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	batch "k8s.io/api/batch/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	scheduling "k8s.io/api/scheduling/v1"
	storage "k8s.io/api/storage/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kube-openapi/pkg/validation/spec"
	openapi "k8s.io/kubernetes/pkg/generated/openapi"
)

// Whole documents; what they are made of follows.
var roots = []any{
	core.Binding{}, core.ConfigMap{}, core.Endpoints{}, core.Event{}, core.LimitRange{}, core.Namespace{}, core.Node{},
	core.PersistentVolume{}, core.PersistentVolumeClaim{}, core.Pod{}, core.PodTemplate{}, core.ReplicationController{},
	core.ResourceQuota{}, core.Secret{}, core.Service{}, core.ServiceAccount{},
	apps.ControllerRevision{}, apps.DaemonSet{}, apps.Deployment{}, apps.ReplicaSet{}, apps.StatefulSet{},
	batch.CronJob{}, batch.Job{}, events.Event{}, coordination.Lease{}, discovery.EndpointSlice{},
	networking.Ingress{}, networking.IngressClass{}, networking.NetworkPolicy{},
	policy.PodDisruptionBudget{}, policy.Eviction{}, autoscaling.Scale{}, autoscaling.HorizontalPodAutoscaler{},
	scheduling.PriorityClass{}, storage.StorageClass{},
	rbac.Role{}, rbac.ClusterRole{}, rbac.RoleBinding{}, rbac.ClusterRoleBinding{},
	authentication.TokenRequest{}, authentication.TokenReview{}, authentication.SelfSubjectReview{},
	authorization.SubjectAccessReview{}, authorization.LocalSubjectAccessReview{}, authorization.SelfSubjectAccessReview{},
	authorization.SelfSubjectRulesReview{},
	admission.MutatingWebhookConfiguration{}, admission.ValidatingWebhookConfiguration{},
	extensions.CustomResourceDefinition{}, meta.DeleteOptions{}, meta.Status{},
}

// Types with a JSON form of their own.
var special = map[reflect.Type]string{
	reflect.TypeOf(resource.Quantity{}):                       "SCHEMA_QUANTITY",
	reflect.TypeOf(meta.Time{}):                               "SCHEMA_TIME",
	reflect.TypeOf(meta.MicroTime{}):                          "SCHEMA_MICROTIME",
	reflect.TypeOf(meta.Duration{}):                           "SCHEMA_DURATION",
	reflect.TypeOf(intstr.IntOrString{}):                      "SCHEMA_INT_OR_STRING",
	reflect.TypeOf(runtime.RawExtension{}):                    "SCHEMA_ANY",
	reflect.TypeOf(meta.FieldsV1{}):                           "SCHEMA_ANY",
	reflect.TypeOf(extensions.JSON{}):                         "SCHEMA_ANY",
	reflect.TypeOf(extensions.JSONSchemaPropsOrArray{}):       "SCHEMA_ANY",
	reflect.TypeOf(extensions.JSONSchemaPropsOrBool{}):        "SCHEMA_ANY",
	reflect.TypeOf(extensions.JSONSchemaPropsOrStringArray{}): "SCHEMA_ANY",
}

// Of those, they that hold another document in some of their forms.
var inner = map[reflect.Type]reflect.Type{
	reflect.TypeOf(extensions.JSONSchemaPropsOrArray{}):       reflect.TypeOf(extensions.JSONSchemaProps{}),
	reflect.TypeOf(extensions.JSONSchemaPropsOrBool{}):        reflect.TypeOf(extensions.JSONSchemaProps{}),
	reflect.TypeOf(extensions.JSONSchemaPropsOrStringArray{}): reflect.TypeOf(extensions.JSONSchemaProps{}),
}

var definitions = openapi.GetOpenAPIDefinitions(func(path string) spec.Ref { return spec.MustCreateRef(path) })

// file is one C file: the types of one Go package.
type file struct {
	nodes    []string          // definitions of unnamed schemas, in order
	names    map[string]string // from their text to their name
	arrays   map[string]string // likewise, of strings
	external []string          // of named ones
}

var (
	files = map[string]*file{}
	done  = map[reflect.Type]bool{}
	order = map[string][]string{}
)

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "generate: "+format+"\n", args...)
	os.Exit(1)
}

func quote(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		fail("%v", err)
	}
	return string(out)
}

func model(t reflect.Type) string {
	if named, ok := reflect.New(t).Elem().Interface().(interface{ OpenAPIModelName() string }); ok {
		return named.OpenAPIModelName()
	}
	path := strings.Split(t.PkgPath(), "/")
	host := strings.Split(path[0], ".")
	for i, j := 0, len(host)-1; i < j; i, j = i+1, j-1 {
		host[i], host[j] = host[j], host[i]
	}
	return strings.Join(append(append(host, path[1:]...), t.Name()), ".")
}

// "core_v1" of k8s.io/api/core/v1.
func unit(t reflect.Type) string {
	path := strings.Split(t.PkgPath(), "/")
	return path[len(path)-2] + "_" + path[len(path)-1]
}

func symbol(t reflect.Type) string {
	if t == reflect.TypeOf(meta.ObjectMeta{}) {
		return "SCHEMA_OBJECT_META"
	}
	return "schema_" + unit(t) + "_" + t.Name()
}

func (f *file) node(text string) string {
	if name, ok := f.names[text]; ok {
		return name
	}
	name := fmt.Sprintf("n%d", len(f.nodes))
	f.names[text] = name
	f.nodes = append(f.nodes, fmt.Sprintf("static const schema %s = {%s};", name, text))
	return name
}

func (f *file) strings(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	text := strings.Join(append(quoted, "NULL"), ", ")
	if name, ok := f.arrays[text]; ok {
		return name
	}
	name := fmt.Sprintf("s%d", len(f.arrays))
	f.arrays[text] = name
	f.nodes = append(f.nodes, fmt.Sprintf("static const char *const %s[] = {%s};", name, text))
	return name
}

func texts(v any) []string {
	var ret []string
	if list, ok := v.([]any); ok {
		for _, s := range list {
			ret = append(ret, s.(string))
		}
	}
	return ret
}

// What OpenAPI says of a list or map beside its type.
func (f *file) topology(p *spec.Schema) string {
	kind, _ := p.Extensions["x-kubernetes-list-type"].(string)
	if kind == "" {
		kind, _ = p.Extensions["x-kubernetes-map-type"].(string)
	}
	switch kind {
	case "atomic":
		return ", .topology = TOPOLOGY_ATOMIC"
	case "set":
		return ", .topology = TOPOLOGY_SET"
	case "map":
		return ", .topology = TOPOLOGY_MAP, .keys = " + f.strings(texts(p.Extensions["x-kubernetes-list-map-keys"]))
	}
	return ""
}

func (f *file) scalar(t reflect.Type, p *spec.Schema) string {
	kinds := map[reflect.Kind]string{
		reflect.String: "SCHEMA_STRING", reflect.Bool: "SCHEMA_BOOLEAN", reflect.Float64: "SCHEMA_NUMBER",
		reflect.Int32: "SCHEMA_INTEGER", reflect.Int64: "SCHEMA_INTEGER", reflect.Uint8: "SCHEMA_INTEGER",
		reflect.Int: "SCHEMA_INTEGER", reflect.Uint64: "SCHEMA_INTEGER", reflect.Uint32: "SCHEMA_INTEGER",
	}
	kind, ok := kinds[t.Kind()]
	if !ok {
		fail("no schema for %v", t)
	}
	text := fmt.Sprintf(".type = %s, .go = %s", kind, quote(t.String()))
	if p != nil && p.Format != "" {
		text += ", .format = " + quote(p.Format)
	}
	if p != nil && len(p.Enum) > 0 {
		text += ", .values = " + f.strings(texts(p.Enum))
	}
	return f.node(text)
}

// The name of the schema of a Go type as OpenAPI describes its use; p may be NULL.
func (f *file) of(t reflect.Type, p *spec.Schema) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if kind, ok := special[t]; ok {
		return f.special(t, kind)
	}
	var items *spec.Schema
	switch {
	case t.Kind() == reflect.Struct:
		add(t)
		return symbol(t)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return f.node(`.type = SCHEMA_BYTES, .format = "byte", .go = "[]uint8"`)
	case t.Kind() == reflect.Slice:
		if p != nil && p.Items != nil {
			items = p.Items.Schema
		}
		return f.node(fmt.Sprintf(".type = SCHEMA_LIST, .go = %s, .items = &%s%s", quote(t.String()), f.of(t.Elem(), items), f.topology(p)))
	case t.Kind() == reflect.Map:
		if p != nil && p.AdditionalProperties != nil {
			items = p.AdditionalProperties.Schema
		}
		return f.node(fmt.Sprintf(".type = SCHEMA_MAP, .go = %s, .items = &%s%s", quote(t.String()), f.of(t.Elem(), items), f.topology(p)))
	}
	return f.scalar(t, p)
}

func (f *file) special(t reflect.Type, kind string) string {
	text := fmt.Sprintf(".type = %s, .go = %s", kind, quote(t.String()))
	if name := model(t); definitions[name].Schema.Format != "" {
		text += ", .format = " + quote(definitions[name].Schema.Format)
	}
	if name := model(t); name != "" {
		text += ", .name = " + quote(name)
	}
	if of, ok := inner[t]; ok {
		add(of)
		text += ", .inner = &" + symbol(of)
	} else if kind == "SCHEMA_ANY" {
		text += ", .preserve_unknown = true"
	}
	return f.node(text)
}

func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct
}

// number is the field's in protobuf, "0" for none: the struct tag is "bytes,1,opt,name=metadata".
func number(sf reflect.StructField) string {
	parts := strings.Split(sf.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return "0"
	}
	return parts[1]
}

func (f *file) field(sf reflect.StructField, def *spec.Schema, embed, within string) (string, string) {
	tag := strings.Split(sf.Tag.Get("json"), ",")
	name, flags := tag[0], strings.Join(tag[1:], ",")+","
	p, known := def.Properties[name]
	if !known && len(def.Properties) > 0 {
		fail("%v has no property %s", sf.Type, name)
	}
	text := fmt.Sprintf("{.name = %s, .type = &%s", quote(name), f.of(sf.Type, &p))
	if p.Default != nil {
		dflt, err := json.Marshal(p.Default)
		if err != nil {
			fail("%v", err)
		}
		text += ", .dflt = " + quote(string(dflt))
	}
	if strategy, ok := p.Extensions["x-kubernetes-patch-strategy"].(string); ok {
		var bits []string
		for _, word := range strings.Split(strategy, ",") {
			bits = append(bits, map[string]string{"merge": "PATCH_MERGE", "replace": "PATCH_REPLACE", "retainKeys": "PATCH_RETAIN_KEYS"}[word])
		}
		text += ", .patch = " + strings.Join(bits, " | ")
	}
	if key, ok := p.Extensions["x-kubernetes-patch-merge-key"].(string); ok {
		text += ", .patch_key = " + quote(key)
	}
	for _, required := range def.Required {
		if required == name {
			text += ", .required = true"
		}
	}
	elem := sf.Type
	if elem.Kind() == reflect.Pointer {
		text += ", .pointer = true"
		elem = elem.Elem()
	}
	if p.Extensions["x-kubernetes-map-type"] == "atomic" && isStruct(elem) {
		text += ", .atomic = true"
	}
	if !strings.Contains(flags, "omitempty,") && !strings.Contains(flags, "omitzero,") ||
		isStruct(sf.Type) && !strings.Contains(flags, "omitzero,") {
		text += ", .always = true"
	}
	if n := number(sf); n != "0" && (embed == "" || within != "0") {
		text += ", .number = " + n // what stands in a struct without a number (TypeMeta) is not sent
	}
	if within != "0" {
		text += ", .within = " + within
	}
	if embed != "" {
		text += ", .embed = " + quote(embed)
	}
	return name, text + "}"
}

func (f *file) fields(t reflect.Type, def *spec.Schema, embed, within string, ret map[string]string) {
	for i := 0; i < t.NumField(); i++ {
		sf := t.Field(i)
		tag, _ := sf.Tag.Lookup("json")
		switch {
		case tag == "-" || !sf.IsExported():
		case sf.Anonymous && strings.HasPrefix(tag, ","):
			elem := sf.Type
			if elem.Kind() == reflect.Pointer {
				elem = elem.Elem()
			}
			f.fields(elem, def, strings.TrimPrefix(embed+"."+sf.Name, "."), number(sf), ret)
		default:
			name, text := f.field(sf, def, embed, within)
			ret[name] = text
		}
	}
}

func add(t reflect.Type) {
	if done[t] {
		return
	}
	done[t] = true
	key := unit(t)
	f := files[key]
	if f == nil {
		f = &file{names: map[string]string{}, arrays: map[string]string{}}
		files[key] = f
	}
	def, known := definitions[model(t)]
	if !known {
		fail("no OpenAPI definition of %s", model(t))
	}
	byName := map[string]string{}
	f.fields(t, &def.Schema, "", "0", byName)
	var names, lines []string
	for name := range byName {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		lines = append(lines, "    "+byName[name]+",")
	}
	text := fmt.Sprintf("const schema %s = {.type = SCHEMA_OBJECT, .name = %s, .go = %s", symbol(t), quote(model(t)), quote(t.String()))
	if def.Schema.Extensions["x-kubernetes-map-type"] == "atomic" {
		text += ", .topology = TOPOLOGY_ATOMIC"
	}
	if len(names) > 0 {
		fields := strings.TrimPrefix(symbol(t), "schema_") + "_fields"
		f.external = append(f.external, fmt.Sprintf("static const schema_field %s[] = {\n%s\n};", fields, strings.Join(lines, "\n")))
		text += fmt.Sprintf(", .fields = %s, .n = %d", fields, len(names))
	}
	f.external = append(f.external, text+"};\n")
	order[key] = append(order[key], symbol(t))
}

func write(path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		fail("%v", err)
	}
}

const mark = "/* Generated by generate/generate from the types of Kubernetes; do not edit. */\n"

func main() {
	for _, root := range roots {
		add(reflect.TypeOf(root))
	}
	header := mark + "#ifndef APISERVER_KINDS_SCHEMAS_H\n#define APISERVER_KINDS_SCHEMAS_H\n\n#include \"apiserver/schema/schema.h\"\n\n"
	var keys []string
	for key := range files {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		f := files[key]
		write(filepath.Join(os.Args[1], key+".c"), mark+"#include \"apiserver/kinds/schemas.h\"\n\n#include <stddef.h>\n\n"+
			strings.Join(f.nodes, "\n")+"\n\n"+strings.Join(f.external, "\n"))
		sort.Strings(order[key])
		for _, name := range order[key] {
			if name != "SCHEMA_OBJECT_META" {
				header += "extern const schema " + name + ";\n"
			}
		}
	}
	write(filepath.Join(os.Args[1], "schemas.h"), header+"\n#endif\n")
}
